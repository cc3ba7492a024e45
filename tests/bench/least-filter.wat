;; The least that a filter has to do which sets a header for one cluster: read the cluster's name, set the header. What
;; it costs is Envoy's and V8's.
(module
  (import "env" "proxy_get_property"
    (func $get_property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value"
    (func $replace_header (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "xds\00cluster_name")
  (data (i32.const 32) "x-vault-token")
  (data (i32.const 64) "s.0123456789abcdefghijklmn")
  (func (export "_initialize"))
  (func (export "proxy_abi_version_0_2_1"))
  ;; Whatever Envoy gives is written to the same place.
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (drop (call $get_property (i32.const 0) (i32.const 16) (i32.const 512) (i32.const 516)))
    (drop (call $replace_header (i32.const 0) (i32.const 32) (i32.const 13) (i32.const 64) (i32.const 26)))
    (i32.const 0))
  (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32) (i32.const 0))
  (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1))
  (func (export "proxy_on_delete") (param i32)))
