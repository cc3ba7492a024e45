//go:build !unix

package vaultawslogin

import "io/fs"

// hasModes says whether permission bits mean something. On Windows the access list of a user's profile keeps others out.
const hasModes = false

func isOwn(fs.FileInfo) bool { return true }

func isRoots(fs.FileInfo) bool { return true }
