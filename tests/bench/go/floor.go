package main

import (
	"context"
	"os"
	"strconv"

	"github.com/tetratelabs/wazero"
)

// newFloor is the floor in wazero: the compressions of one login alone.
func newFloor(example) (signer, error) {
	ctx := context.Background()
	wasm, err := os.ReadFile(os.Getenv("BENCH_FLOOR"))
	if err != nil {
		return nil, err
	}
	compressions, err := strconv.ParseUint(os.Getenv("BENCH_COMPRESSIONS"), 10, 32)
	if err != nil {
		return nil, err
	}
	module, err := wazero.NewRuntime(ctx).Instantiate(ctx, wasm)
	if err != nil {
		return nil, err
	}
	compress := module.ExportedFunction("compress_blocks")
	return func() (string, error) {
		_, err := compress.Call(ctx, compressions)
		return "", err
	}, nil
}
