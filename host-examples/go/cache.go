package vaultawslogin

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"
)

// cacheName is the folder below os.UserCacheDir.
const cacheName = "vault-aws-login-wazero"

const (
	writableByOthers = 0o022
	forOthers        = 0o077
)

// openCache opens a cache of compiled modules. The compiled form is machine code that runs as it is, so it is kept only
// in a folder that no other user can enter.
func openCache(folder string) (wazero.CompilationCache, error) {
	if err := makePrivate(folder); err != nil {
		return nil, err
	}
	return wazero.NewCompilationCacheWithDir(folder)
}

// defaultCacheFolder returns the folder of [New]; empty if this user has none.
func defaultCacheFolder() string {
	base, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(base, cacheName)
}

// makePrivate makes a folder that is this user's alone, or accepts one that is there already.
func makePrivate(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	// Not of what is behind a link, because the link's owner could change where it leads.
	found, err := os.Lstat(folder)
	if err != nil {
		return err
	}
	if !found.IsDir() {
		return errors.New("expected a folder, found something else")
	}
	if !isOwn(found) || (hasModes && found.Mode()&forOthers != 0) {
		return errors.New("expected a folder that is this user's alone")
	}
	parent, err := os.Stat(filepath.Dir(folder))
	if err != nil {
		return err
	}
	if othersMayReplace(parent) {
		return errors.New("expected a folder in one whose files others cannot replace")
	}
	return nil
}

// othersMayReplace says whether users beside this one and root can replace a folder within this one.
func othersMayReplace(folder fs.FileInfo) bool {
	isShared := hasModes && folder.Mode()&writableByOthers != 0 && folder.Mode()&fs.ModeSticky == 0
	return isShared || !(isOwn(folder) || isRoots(folder))
}
