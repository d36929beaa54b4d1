"""Every block of every page is run: here, or by another test, or accounts.py says why not.

A page is followed from its top to its end in a folder that looks like weir's tree after a build, with a study, STUDY.json, that was run into
D, a data set of it, validation.h5, and ONE.json, the same of one simulation. docs/contributing.md says what each kind of block asks for.
"""

import contextlib
import io
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

from accounts import NOT_RUN, RUN_BY, is_accounted_for, is_run_here, keys_of
from page_blocks import SOURCE, missing_line, pages_with_blocks, parts_of_a_study
from whole import BUILD, DEADLINE, WholeTest, main, merged

PAGES = pages_with_blocks()

# What a reader has around a block of this page and language: what stands before it, and after.
AROUND = {
    ("README.md", "c"): ("#include <weir/client.h>\n"
                         "void run(double *u, size_t local_count, int step, int steps, void (*advance)(double *)) {", "}"),
    ("docs/exported_model.md", "python"): (
        "import os, torch\n"
        "if os.path.isdir('D'): os.chdir('D/model')\n"
        "if 'field' in globals():  # the second block is of an autoregressive model\n"
        "    model = lambda x, state: state + x.sum()\n"
        "    parameters, first, step, lead, steps, fields = [1.0, 2.0], 0.0, 0.1, 1, 3, [torch.zeros(1, 4)]\n", ""),
}
# Files that a page takes for granted.
FILES = {
    "docs/adaptive_sampling.md": {
        "parameters.csv": "sim,drawn_by,initial,west,east,south,north\n1,design,150,200,250,300,350\n0,strategy,160,210,260,310,360\n"
                          "3,strategy,170,220,270,320,370\n2,design,180,230,280,330,380\n"},
    "docs/exported_model.md": {"list.csv": "west,initial,south,north\n100,300,200,400\n150,350,250,450\n"},
    "docs/plugins.md": {"libmine.so": ""},
}
# Pages that make D themselves.
MAKES_THE_STUDY = ("README.md",)
# Sources that are built, and of which a page shows parts.
SHOWN = {"docs/plugins.md": "examples/plugin/*.[ch]*"}


def as_study(text):
    return json.loads(re.sub(r"(?m)^\s*//.*", "", text))


def small_study():
    """heat2d's quick one, smaller, with everything on that a page asks for."""
    study = as_study((SOURCE / "examples" / "heat2d" / "study-quick.json").read_text())
    del study["validation"]
    study["simulation"].update(count=4, command=["build/bin/heat2d", "--grid", "32", "--steps", "50", "--dt", "0.02"])
    study["simulation"]["fields"][0]["shape"] = [32, 32]
    return merged(study, {"name": "small", "reproducible": True, "buffer": {"capacity": 60, "watermark": 20}})


def make_tree(tree):
    """weir's tree after a build, of which nothing can be spoilt: sources are links, examples a copy, what would build or install does nothing."""
    shutil.copytree(SOURCE / "examples", tree / "examples")
    for part in ("docs", "include", "src", "tests"):
        (tree / part).symlink_to(SOURCE / part)
    for folder in ("build", "cmake", "home", "tools"):
        (tree / folder).mkdir()
    for part in ("bin", "fortran", "lib", "python"):
        (tree / "build" / part).symlink_to(BUILD / part)
    for built in ("cmake/bootstrap", "tools/cmake"):
        (tree / built).write_text("#!/bin/sh\nexit 0\n")
        (tree / built).chmod(0o755)
    (tree / "tools" / "python3").symlink_to("/usr/bin/python3")


class AccountTest(unittest.TestCase):
    def test_every_block_is_run_or_it_is_told_why_not(self):
        for block in (block for blocks in PAGES.values() for block in blocks):
            with self.subTest(page=block.page, block=block.first):
                self.assertTrue(is_accounted_for(block), "nobody runs it; docs/contributing.md says what to do")

    def test_the_lists_name_blocks_that_are_there(self):
        used = {key for blocks in PAGES.values() for block in blocks for table in (RUN_BY, NOT_RUN) for key in keys_of(block, table)}
        self.assertEqual({*RUN_BY, *NOT_RUN} - used, set())

    def test_the_tests_that_are_named_are_there(self):
        registered = "".join(file.read_text() for folder in ("tests", "examples") for file in (SOURCE / folder).rglob("CMakeLists.txt"))
        for test in set(RUN_BY.values()):
            with self.subTest(test=test):
                self.assertTrue(re.search(rf"\b{re.escape(test)}\b", registered))


class BlocksTest(WholeTest):
    """Does what a page says, block after block, as one shell would."""

    @classmethod
    def setUpClass(cls):
        cls.made = pathlib.Path(tempfile.mkdtemp(prefix="weir-blocks-"))
        cls.addClassCleanup(shutil.rmtree, cls.made, ignore_errors=True)
        cls.tree = cls.made / "tree"  # of all pages: a study directory knows the path of its study

    def setUp(self):
        super().setUp()
        self.state, self.output, self.names = self.folder / "state.sh", "", {}
        self.state.write_text(f"cd {shlex.quote(str(self.tree))}\n")
        untouched = self.made / "untouched"
        if untouched.exists():
            shutil.rmtree(self.tree)
            shutil.copytree(untouched, self.tree, symlinks=True)
        else:
            self.make_studies()
            shutil.copytree(self.tree, untouched, symlinks=True, ignore=shutil.ignore_patterns("*.ipc"))  # sockets

    def make_studies(self):
        make_tree(self.tree)
        for name, changes in (("STUDY.json", {}), ("other.json", {"seed": 2}), ("ONE.json", {"simulation": {"count": 1}})):
            (self.tree / name).write_text(json.dumps(merged(small_study(), changes)))
        self.shell("build/bin/weir run STUDY.json --output D && build/bin/weir generate other.json --to validation.h5")

    def follow(self, page):
        if page in MAKES_THE_STUDY:
            shutil.rmtree(self.tree / "D")
        for name, text in FILES.get(page, {}).items():
            (self.tree / name).write_text(text)
        for block in filter(is_run_here, PAGES[page]):
            with self.subTest(block=block.first):
                self.follow_block(block)

    def follow_block(self, block):
        if block.name:
            (self.current_folder() / block.name).write_text(block.text)
            return
        before, after = AROUND.get((block.page, block.language), ("", ""))
        getattr(self, "follow_" + block.language)(block, f"{before}\n{block.text}{after}\n")

    def current_folder(self):
        return pathlib.Path(self.shell("pwd").rstrip("\n"))

    def shell(self, commands):
        """What they print. Folder and exported variables stay for the next ones."""
        script = f'set -e\n. {self.state}\n{commands}\n{{ export -p; echo "cd \'$PWD\'"; }} > {self.state}\n'
        code, output = self.run_program("sh", "-c", script, HOME=self.tree / "home", PATH=f"{self.tree / 'tools'}:{self.tree / 'build' / 'bin'}:{os.environ['PATH']}",
                                        PYTHONPATH=self.tree / "build" / "python")
        self.assertEqual(code, 0, output)
        return output

    def follow_sh(self, block, text):
        self.output = self.shell(text)

    def follow_text(self, block, text):
        self.assertIsNone(missing_line(block.text, self.output), f"does not come, in this order, in what was printed:\n{self.output}")

    def follow_python(self, block, text):
        file = self.folder / "block.py"  # TorchScript wants to read it
        file.write_text(text)
        with contextlib.chdir(self.current_folder()), contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(text, file, "exec"), self.names)
        self.output = printed.getvalue()

    def follow_json(self, block, text):
        for part in parts_of_a_study(block.text):
            (self.tree / "part.json").write_text(json.dumps(merged(small_study(), part)))
            _, output = self.run_program("sh", "-c", f"cd '{self.tree}' && build/bin/weir check part.json")
            # What the study asks for may be missing on this machine; that weir has read it is what counts.
            self.assertRegex(output, r"(?m)^ok +study: ", part)

    def follow_c(self, block, text):
        self.compile("-std=c99", "-DWEIR_NO_MPI", "-x", "c", text=text.replace("weir_init(MPI_COMM_WORLD, ", "weir_init_serial("))

    def compile(self, *options, text):
        command = ["cc", "-Wall", "-Werror", "-fsyntax-only", "-I", SOURCE / "include", *options, "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 0, done.stderr)

    def follow_cpp(self, block, text):
        """Each line of it is one of a source that the build compiles."""
        sources = {line for path in SOURCE.glob(SHOWN[block.page]) for line in path.read_text().splitlines()}
        self.assertEqual([line for line in block.text.splitlines() if line not in sources], [], f"in no file of {SHOWN[block.page]}")


def add_case(page):
    setattr(BlocksTest, "test_" + re.sub(r"\W", "_", page), lambda self: self.follow(page))


for page, blocks in PAGES.items():
    if any(map(is_run_here, blocks)):
        add_case(page)

if __name__ == "__main__":
    main()
