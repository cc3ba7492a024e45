//go:build unix

package vaultawslogin

import (
	"io/fs"
	"os"
	"syscall"
)

// hasModes says whether permission bits mean something.
const hasModes = true

func isOwn(file fs.FileInfo) bool { return isOf(file, os.Geteuid()) }

func isRoots(file fs.FileInfo) bool { return isOf(file, 0) }

func isOf(file fs.FileInfo, user int) bool {
	status, ok := file.Sys().(*syscall.Stat_t)
	return ok && int(status.Uid) == user
}
