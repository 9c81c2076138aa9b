"""A large book of made-up accounts, loaded by COPY: for benchmarks and demonstrations, never in production."""
