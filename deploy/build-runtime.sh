#!/bin/sh
# Install what the service needs to run into a folder of its own, with an index, and prove that it answers.
#
#     deploy/build-runtime.sh FOLDER [EXTRAS]
#
# The Dockerfile and `make image-size` run these same steps. EXTRAS (default serve,postgres) may name redis and otel too.
set -eu
runtime=$1
extras=${2:-serve,postgres}
cd "$(dirname "$0")/.."

rm -rf build # what setuptools left there would be installed as well
python3 -m venv --without-pip "$runtime"
install_with() { python3 -m pip --disable-pip-version-check --python "$runtime/bin/python" "$@"; }
install_with install --quiet --no-compile --constraint constraints.txt ".[$extras]"
# Never used: the encoder's tokenizer is a file, so that nothing is fetched from a hub; and tests of libraries.
install_with uninstall --quiet --yes huggingface-hub hf-xet fsspec filelock
find "$runtime/lib" -type d -name tests -prune -exec rm -r {} +
# The library for programs in C; Python's module carries its own copy.
find "$runtime/lib" -name 'libonnxruntime.so*' -delete

# The proof also writes the bytecode of what the service imports; that of everything else would be a fifth of the size.
unset PYTHONDONTWRITEBYTECODE
proof=$(mktemp -d)
trap 'rm -r "$proof"' EXIT
cd "$proof" # so that it is not the checkout that answers
export CAUSEWAY_INDEX_DIR="$runtime/index"
"$runtime/bin/causeway" index build
"$runtime/bin/python" -m api.demo
