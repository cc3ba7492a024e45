module vault-aws-login/bench/load

go 1.26
