"""The package says the same as the header of the C interface, and what is wrong where there is no server."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import numpy as np
import weir
from weir import library

HEADER = pathlib.Path(__file__).parents[3] / "include" / "weir" / "client.h"
NOWHERE = {"WEIR_STUDY_DIR": "", "WEIR_SIM": ""}


class StatusTest(unittest.TestCase):
    def test_statuses_are_those_of_the_header(self):
        header = dict(re.findall(r"\bWEIR_(?:ERROR_)?([A-Z]+) = (\d+)", HEADER.read_text()))
        self.assertEqual({status.name: str(status.value) for status in weir.Status}, header)

    def test_functions_are_those_of_the_header(self):
        functions = set(re.findall(r"WEIR_API [^;]*?\b(weir_\w+)\(", HEADER.read_text()))
        spoken = set(library.SIGNATURES) | {"weir_init", "weir_init_parts", "weir_last_error"}
        self.assertEqual(functions - spoken, {"weir_strerror"}, "weir.Error has a text of its own")
        self.assertEqual(spoken - functions, set())


class WithoutServerTest(unittest.TestCase):
    def test_missing_environment_is_named(self):
        with mock.patch.dict(os.environ, NOWHERE), self.assertRaisesRegex(weir.Error, "WEIR_STUDY_DIR") as caught:
            weir.Client()
        self.assertEqual(caught.exception.status, weir.Status.ENVIRONMENT)

    def test_what_is_no_communicator_is_refused(self):
        from mpi4py import MPI
        for comm, said in ((0, "is a int"), ("world", "is a str"), (MPI.COMM_NULL, "COMM_NULL")):
            with self.subTest(comm=said), self.assertRaisesRegex(weir.ArgumentError, said):
                weir.Client(comm)

    def test_library_that_is_not_there_is_named_with_the_fix(self):
        program = "import weir\ntry: weir.Client()\nexcept weir.Error as error: print(error.status.name, error)"
        done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "WEIR_LIBRARY_DIR": "/nowhere"},
                              capture_output=True, text=True, timeout=30)
        self.assertRegex(done.stdout, "^ENVIRONMENT .*libweir_client_serial.*WEIR_LIBRARY_DIR", done.stderr)

    def test_library_of_an_installed_tree_is_found_in_lib_and_in_lib64(self):
        for lib in ("lib", "lib64"):
            with self.subTest(lib=lib), tempfile.TemporaryDirectory() as prefix:
                file = pathlib.Path(prefix) / lib / "libweir_client.so.0"
                file.parent.mkdir()
                file.touch()
                package = pathlib.Path(prefix) / "share" / "weir" / "python" / "weir"
                with mock.patch.object(library, "PACKAGE", package), mock.patch.dict(os.environ):
                    os.environ.pop("WEIR_LIBRARY_DIR", None)
                    self.assertEqual(library.candidates(file.name), [str(file), file.name])

    def test_an_argument_error_is_a_value_error_with_a_status(self):
        self.assertTrue(issubclass(weir.ArgumentError, ValueError))
        self.assertEqual(weir.ArgumentError("x").status, weir.Status.ARGUMENT)

    def test_another_mpi_than_mpi4py_has_is_refused(self):
        from mpi4py import MPI
        library.mpi_library.cache_clear()
        with mock.patch.object(library, "version_of_mpi", return_value="Other MPI 1.0, of today"):
            with self.assertRaisesRegex(weir.Error, "mpi4py uses .* and weir Other MPI 1.0: build"):
                weir.Client(MPI.COMM_SELF)

    def test_a_value_is_sent_as_what_it_is(self):
        from weir import client
        for dtype, call in ((np.float64, "weir_send"), (">f8", "weir_send"), (np.float32, "weir_send_float"), ("<f4", "weir_send_float")):
            sent, _, size, values = client._sendable("u", np.arange(6, dtype=dtype).reshape(2, 3).T)
            self.assertEqual((sent, list(values.ravel())), (call, [0, 3, 1, 4, 2, 5]))
            self.assertTrue(values.flags.c_contiguous and values.dtype.isnative)
            self.assertEqual(size, 6)


if __name__ == "__main__":
    unittest.main()
