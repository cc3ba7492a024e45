// Prints how Vault's own client reads durations, in nanoseconds: the table in
// host-examples/wasmtime/src/duration.tsv. `go run . >../../../host-examples/wasmtime/src/duration.tsv`
// makes it again.
package main

import (
	"fmt"

	"github.com/hashicorp/go-secure-stdlib/parseutil"
)

var texts = []string{
	// Seconds.
	"0", "1", "90", "007", "+5", "00", "1_000", "0x10", "1e3", "9223372036", "9223372037", "99999999999999999999",
	// Days are whole, and alone.
	"3d", "0d", "+3d", "1.5d", "1d2h", "2h1d", "d", "106751d", "106752d",
	// One number with a unit.
	"60s", "500ms", "2m", "1h", "250us", "250µs", "250μs", "17ns", "0s", "0h",
	// Fractions.
	"1.5h", "0.25s", "1.h", ".5h", ".s", ".", "1..5s", "1.5.5s", "0.000000001s", "0.0000000001s", "1.0000000001h", "1.9ns",
	// More than one number.
	"1m30s", "1h1m1s", "1s1m", "1.5h30.5m", "1h0.5s", "2s2s", "100ms1s", "1h1us1ns",
	// No unit, another unit, another case.
	"1.5", "1m5", "5S", "5M", "1w", "1y", "1 ms", "5sec", "1min", "1hour", "m", "s5", "5ss", "5sm",
	// Signs and spaces.
	"+5s", "+1.5h", "-5", "-5s", "-3d", "--5s", "+-5s", "1m+5s", "1m-5s", " 5s", "5s ", "5 s", "1m 30s", "\t5s", "5s\n",
	// Other notations.
	"1e3s", "1E3s", "inf", "infs", "infinity", "NaN", "0x10s", "1,5s", "1'000s", "PT5S", "5s ago", "٣s", "5с",
	// The longest that Go's int64 of nanoseconds holds is some 292 years.
	"2562047h", "2562048h", "9223372036854775807ns", "9223372036854775808ns", "153722867m", "153722868m",
	"99999999999999999999s", "2562047h47m16.854775807s", "2562047h47m16.854775808s",
}

func main() {
	for _, text := range texts {
		length, err := parseutil.ParseDurationSecond(text)
		if err != nil {
			fmt.Printf("%q\trefused\n", text)
		} else {
			fmt.Printf("%q\t%d\n", text, length.Nanoseconds())
		}
	}
}
