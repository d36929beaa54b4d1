#!/bin/sh
# exports.sh NM LIBRARY SERIAL_LIBRARY: both export the C interface and nothing else, and the serial one needs no MPI.
set -eu
nm=$1

exported() { "$nm" --dynamic --defined-only "$1" | awk '{print $3}' | sort; }

common='weir_finalize weir_init_serial weir_last_error weir_parameters weir_resume_step weir_send weir_send_float weir_start_at weir_strerror weir_subarray weir_time'
expect() {
  if [ "$(exported "$1")" != "$(echo "$2" | tr ' ' '\n' | sort)" ]; then
    echo "$1 exports:" >&2
    exported "$1" >&2
    exit 1
  fi
}
expect "$2" "weir_init weir_init_parts $common"
expect "$3" "$common"

if "$nm" --dynamic --undefined-only "$3" | grep -E ' (MPI_|ompi_)'; then
  echo "$3 uses MPI" >&2
  exit 1
fi
