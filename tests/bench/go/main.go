// Command bench measures one signer.
//
//	bench MODE SIGNER
//
//	login   prints a login
//	first   prints the nanoseconds from the start of main to the first login
//	warm    prints the nanoseconds of a login, by Go's own benchmark
//
// The signers are wazero, which is the package in host-examples/go, and awsutil; floor is the floor
// in wazero, which makes no login.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

const measured = "300ms"

type example struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	ServerID        string `json:"serverId"`
	Role            string `json:"role"`
	Region          string `json:"region"`
}

// signer makes a login.
type signer func() (string, error)

var makers = map[string]func(example) (signer, error){
	"wazero":  newWazero,
	"awsutil": newAwsutil,
	"floor":   newFloor,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	started := time.Now()
	if len(arguments) != 2 || makers[arguments[1]] == nil {
		return errors.New("expected MODE SIGNER")
	}
	text, err := os.ReadFile(os.Getenv("BENCH_EXAMPLE"))
	if err != nil {
		return err
	}
	var values example
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	sign, err := makers[arguments[1]](values)
	if err != nil {
		return err
	}
	login, err := sign()
	if err != nil {
		return err
	}
	first := time.Since(started)

	switch arguments[0] {
	case "login":
		fmt.Println(login)
	case "first":
		fmt.Println(first.Nanoseconds())
	case "warm":
		fmt.Println(warm(sign))
	default:
		return fmt.Errorf("expected login, first or warm, found %s", arguments[0])
	}
	return nil
}

func warm(sign signer) float64 {
	testing.Init()
	if err := flag.Set("test.benchtime", measured); err != nil {
		panic(err)
	}
	result := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if _, err := sign(); err != nil {
				b.Fatal(err)
			}
		}
	})
	return float64(result.T.Nanoseconds()) / float64(result.N)
}
