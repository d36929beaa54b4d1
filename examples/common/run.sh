# What the examples' `run` scripts share. Sourced by a script that has set
#   example      name of the example and its folder under examples/
#   solver       what of it is built: a target; solver_files: the program's files, unless it is build/bin/$solver
#   full, quick  file names of the validation data of the two sizes
#   usage_text   what --help says
# and then calls `run_example "$@"`. One that does something else with its programs sets `program`, what messages call it, and
# `bootstrap`, and calls `build` with what else it wants to be built.
set -euo pipefail
program=${program:-$example/run}

fail() {
  echo "$program: $1" >&2
  exit 2
}

read_options() {
  study=study.json validation=validation.json data=$full
  ranks=() scheduler=local output= bootstrap=yes
  while [ $# -gt 0 ]; do
    case $1 in
      --quick) study=study-quick.json validation=validation-quick.json data=$quick ;;
      --ranks) [ $# -gt 1 ] || fail "--ranks wants a number"; ranks=(--ranks "$2"); shift ;;
      --scheduler) [ $# -gt 1 ] || fail "--scheduler wants a name"; scheduler=$2; shift ;;
      --output) [ $# -gt 1 ] || fail "--output wants a folder"; output=$(realpath -m -- "$2"); shift ;;
      --skip-bootstrap) bootstrap=no ;;
      --help | -h) echo "$usage_text"; exit 0 ;;
      *) echo "$program: unknown option '$1'" >&2; echo "$usage_text" >&2; exit 2 ;;
    esac
    shift
  done
  [ ${#ranks[@]} -eq 0 ] || [[ ${ranks[1]} =~ ^[1-9][0-9]*$ ]] || fail "--ranks is '${ranks[1]}'; it must be a whole number above 0"
  [[ $scheduler =~ ^[a-z-]+$ ]] || fail "--scheduler is '$scheduler'; it must be a name such as slurm"
}

build() {
  [ "$bootstrap" = no ] || cmake/bootstrap
  mkdir -p build
  local log=build/$example-build.log programs=(weir weir-server weir-predict weir-job weir-pilot "$solver" example_picture "$@")
  echo "building (log: $log)"
  { cmake --preset release && cmake --build build --target "${programs[@]}"; } >"$log" 2>&1 ||
    { tail -n 30 "$log" >&2; echo "$program: the build failed; the whole log: $log" >&2; exit 3; }
}

# Simulations that the training never sees; made once, and again when the solver or the study has changed.
make_validation_data() {
  local file=build/$example-validation/$data
  local fresh=yes part
  for part in ${solver_files:-build/bin/$solver} "$folder/$validation"; do
    [ "$file" -nt "$part" ] || fresh=no
  done
  [ $fresh = no ] || return 0
  mkdir -p "build/$example-validation"
  rm -f "$file"
  echo "validation data: $file"
  build/bin/weir generate "$folder/$validation" --to "$file"
}

# The copy for another scheduler lies as deep in the tree as the example, for the paths in it.
choose_scheduler() {
  [ "$scheduler" != local ] || return 0
  mkdir -p "build/$example-study"
  sed "s/\"scheduler\": \"local\"/\"scheduler\": \"$scheduler\"/" "$folder/$study" >"build/$example-study/$study"
  folder=build/$example-study
}

# weir makes the folder and takes no used one. Ours is replaced; a study in another place is moved aside.
make_room() {
  if [ -z "$output" ]; then
    output=$PWD/build/$example
    [ ! -e "$output" ] || echo "replacing $output"
    rm -rf "$output"
  elif [ -e "$output/study.json" ]; then
    local kept=$output.$(date -r "$output/study.json" +%Y%m%d-%H%M%S)
    [ ! -e "$kept" ] || fail "'$output' holds a study, and '$kept' does too; choose another --output"
    echo "the study in $output is moved to $kept"
    mv -- "$output" "$kept"
  fi
}

run_example() {
  read_options "$@"
  cd "$(dirname "${BASH_SOURCE[0]}")/../.."
  folder=examples/$example
  build
  make_validation_data
  choose_scheduler
  make_room
  build/bin/weir run "$folder/$study" --output "$output" "${ranks[@]}"
  echo
  build/bin/example_picture "$output"
  cat <<TXT
model:       $output/model/model.pt (TorchScript), model.onnx, model.safetensors, card.json
summary:     $output/summary.json
metrics:     $output/metrics.jsonl, $output/tensorboard/
TXT
}
