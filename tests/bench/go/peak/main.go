// Command peak runs a command and prints the most memory that it had, in KiB. Being small itself it adds nothing: a
// child starts with the memory of its parent.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	command := exec.Command(os.Args[1], os.Args[2:]...)
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	fmt.Println(command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
}
