// Recognises the licences in the files that its arguments name: a line of JSON with those of each.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/licensecheck"
)

// A text of which less than this belongs to a known licence may say something else too.
const leastPercent = 75

func main() {
	found := map[string][]string{}
	for _, file := range os.Args[1:] {
		text, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		coverage := licensecheck.Scan(text)
		found[file] = []string{}
		if coverage.Percent < leastPercent {
			continue
		}
		for _, match := range coverage.Match {
			found[file] = append(found[file], match.ID)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
