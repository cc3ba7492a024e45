// Command pack makes what a Go proxy serves of a module: its list of versions, and the facts, the
// go.mod and the archive of one version. It prints the lines of a go.sum for that version.
//
//	pack FOLDER VERSION TIME PROXY
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: pack FOLDER VERSION TIME PROXY")
		os.Exit(2)
	}
	if err := pack(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func pack(folder, version, at, proxy string) error {
	text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		return err
	}
	path := modfile.ModulePath(text)
	if err := module.Check(path, version); err != nil {
		return err
	}
	escaped, err := module.EscapePath(path)
	if err != nil {
		return err
	}
	made, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return err
	}
	facts, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{version, made})
	if err != nil {
		return err
	}
	base := filepath.Join(proxy, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(base, 0o755); err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": facts, version + ".mod": text,
	} {
		if err := os.WriteFile(filepath.Join(base, name), content, 0o644); err != nil {
			return err
		}
	}
	archive := filepath.Join(base, version+".zip")
	if err := archiveOf(folder, module.Version{Path: path, Version: version}, archive); err != nil {
		return err
	}
	return printSums(path, version, archive)
}

// archiveOf leaves out what belongs to no module or to another one, as the go command does.
func archiveOf(folder string, of module.Version, to string) (err error) {
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() {
		if closing := file.Close(); err == nil {
			err = closing
		}
	}()
	return zip.CreateFromDir(file, of, folder)
}

func printSums(path, version, archive string) error {
	whole, err := dirhash.HashZip(archive, dirhash.Hash1)
	if err != nil {
		return err
	}
	open := func(string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(filepath.Dir(archive), version+".mod"))
	}
	needs, err := dirhash.Hash1([]string{"go.mod"}, open)
	if err != nil {
		return err
	}
	_, err = fmt.Printf("%s %s %s\n%s %s/go.mod %s\n", path, version, whole, path, version, needs)
	return err
}
