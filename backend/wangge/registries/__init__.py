"""Registry lists (登记名单): what other departments know of employers; read as a dry run, written when somebody applies it."""
