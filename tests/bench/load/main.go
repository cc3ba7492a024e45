// Command load is both ends of the proxy benchmark: a fast upstream and the clients.
//
//	load serve VAULT           an upstream that answers requests with a token at once and passes /v1/auth/ on to Vault
//	load run URL SECONDS N     N clients, each with one connection and one request at a time; prints JSON
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

var answer = []byte(`{"data":{"message":"hello from the bench"}}`)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "serve":
		return serve(arguments[1])
	case len(arguments) == 4 && arguments[0] == "run":
		return load(arguments[1], arguments[2], arguments[3])
	}
	return fmt.Errorf("expected `serve VAULT` or `run URL SECONDS CLIENTS`, found %q", arguments)
}

func serve(vault string) error {
	target, err := url.Parse(vault)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	http.Handle("/v1/auth/", httputil.NewSingleHostReverseProxy(target))
	// Without the filter there is no token. The upstream does the same work.
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("X-Vault-Token") == "" {
			w.Header().Set("X-No-Token", "1")
		}
		w.Write(answer)
	})
	fmt.Println(listener.Addr())
	return http.Serve(listener, nil)
}

type result struct {
	RequestsPerSecond float64 `json:"requests_per_second"`
	P50Microseconds   float64 `json:"p50_microseconds"`
	P99Microseconds   float64 `json:"p99_microseconds"`
	Requests          int     `json:"requests"`
	Failed            int     `json:"failed"`
	WithoutToken      int     `json:"without_token"`
}

type share struct {
	took                 []time.Duration
	failed, withoutToken int
}

func load(address, seconds, clients string) error {
	length, err := strconv.ParseFloat(seconds, 64)
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(clients)
	if err != nil {
		return err
	}
	shares := make([]share, count)
	started := time.Now()
	end := started.Add(time.Duration(length * float64(time.Second)))
	var group sync.WaitGroup
	for i := range shares {
		group.Go(func() { shares[i] = client(address, end) })
	}
	group.Wait()
	elapsed := time.Since(started).Seconds()
	var whole share
	for _, part := range shares {
		whole.took = append(whole.took, part.took...)
		whole.failed += part.failed
		whole.withoutToken += part.withoutToken
	}
	if len(whole.took) == 0 {
		return fmt.Errorf("expected answers from %s, found none", address)
	}
	slices.Sort(whole.took)
	quantile := func(q float64) float64 {
		return float64(whole.took[int(q*float64(len(whole.took)-1))]) / float64(time.Microsecond)
	}
	return json.NewEncoder(os.Stdout).Encode(result{
		RequestsPerSecond: float64(len(whole.took)) / elapsed,
		P50Microseconds:   quantile(0.50),
		P99Microseconds:   quantile(0.99),
		Requests:          len(whole.took),
		Failed:            whole.failed,
		WithoutToken:      whole.withoutToken,
	})
}

func client(address string, end time.Time) share {
	var own share
	transport := &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}
	defer transport.CloseIdleConnections()
	for time.Now().Before(end) {
		request, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			own.failed++
			return own
		}
		started := time.Now()
		response, err := transport.RoundTrip(request)
		if err != nil {
			own.failed++
			continue
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		own.took = append(own.took, time.Since(started))
		if response.StatusCode != http.StatusOK {
			own.failed++
		}
		if response.Header.Get("X-No-Token") != "" {
			own.withoutToken++
		}
	}
	return own
}
