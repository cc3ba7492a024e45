//go:build unix

package vaultawslogin

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
)

// compiledFiles returns the files of a cache.
func compiledFiles(t *testing.T, folder string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func signsWith(t *testing.T, m *Module, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	login, err := m.SignLogin(t.Context(), example, Options{Role: "dev"}, at)
	if err != nil || login != exampleLogin(t) {
		t.Errorf("found %s, %v", login, err)
	}
	if _, err := m.ExplainLogin(t.Context(), login); err != nil {
		t.Error(err)
	}
}

func TestCompiledModuleIsKeptInThisUsersCacheFolder(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	t.Setenv("HOME", base)
	folder := defaultCacheFolder()
	for range 2 {
		m, err := New(t.Context())
		signsWith(t, m, err)
		// One signs, and one can be stopped.
		if found := compiledFiles(t, folder); len(found) != 2 {
			t.Errorf("found %v", found)
		}
	}
	status, err := os.Stat(folder)
	if err != nil || status.Mode().Perm() != 0o700 || filepath.Base(folder) != "vault-aws-login-wazero" {
		t.Errorf("found %v, %v", status, err)
	}
}

func TestModuleWithSettingsOfItsOwnIsNotCached(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	t.Setenv("HOME", base)
	m, err := New(t.Context(), WithRuntimeConfig(wazero.NewRuntimeConfig()))
	signsWith(t, m, err)
	if found := compiledFiles(t, base); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func TestModuleWorksWithoutACacheFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{"", file} {
		t.Setenv("XDG_CACHE_HOME", base)
		t.Setenv("HOME", base)
		m, err := New(t.Context())
		signsWith(t, m, err)
	}
}

func TestDamagedCompiledModuleIsCompiledOnceMore(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "own")
	m, err := New(t.Context(), WithCacheFolder(folder))
	signsWith(t, m, err)
	files := compiledFiles(t, folder)
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte{}, whole...)
	flipped[len(flipped)/2] ^= 1
	for _, damaged := range [][]byte{nil, whole[:len(whole)/2], whole[:3], flipped} {
		for _, file := range files {
			if err := os.WriteFile(file, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m, err := New(t.Context(), WithCacheFolder(folder))
		signsWith(t, m, err)
	}
}

func TestFolderThatOthersCanChangeIsNotUsed(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	t.Setenv("HOME", base)
	folder := defaultCacheFolder()
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	for _, dir := range []string{folder, elsewhere} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(base, "link")
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	refused := func(folder string) {
		t.Helper()
		if m, err := New(t.Context(), WithCacheFolder(folder)); err == nil {
			_ = m.Close(context.Background())
			t.Errorf("expected %s to be refused", folder)
		}
	}
	refused(link)
	for _, mode := range []fs.FileMode{0o755, 0o770, 0o777, fs.ModeSticky | 0o777} {
		chmod(t, folder, mode)
		refused(folder)
		m, err := New(t.Context())
		signsWith(t, m, err)
	}
	chmod(t, folder, 0o700)
	chmod(t, filepath.Dir(folder), 0o777)
	refused(folder)
	m, err := New(t.Context())
	signsWith(t, m, err)
	if found := compiledFiles(t, base); len(found) != 1 || found[0] != link {
		t.Errorf("found %v", found)
	}
}

func chmod(t *testing.T, folder string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(folder, mode); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o700) })
}

func TestFolderOfAnotherUserIsNotThisUsers(t *testing.T) {
	status, err := os.Stat("/")
	if err != nil {
		t.Fatal(err)
	}
	if !isRoots(status) || isOwn(status) != (os.Geteuid() == 0) || isOf(status, 12345) {
		t.Error("expected / to be root's")
	}
}
