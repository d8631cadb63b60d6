//! How a command is found, and what is said of one that cannot be run: what, why, and what to do about it.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::{Folder, Launch, Place, program, strace, strace_available};

/// Checks that this command ends in this status, with one line in which all these parts are.
fn fails(place: Place, command: &str, status: i32, parts: &[&str]) {
    let ended = Launch::new(place).run(&[command]);
    let line = &ended.stderr;
    assert_eq!((ended.status, line.lines().count()), (status, 1), "{command}: {line}");
    assert!(line.starts_with("rinit: cannot run '"), "{line}");
    for part in parts {
        assert!(line.contains(part), "{part:?} is not in {line}");
    }
}

fn a_command_that_does_not_exist_is_127(place: Place) {
    let files = Folder::new("files");
    let plain = files.make("plain", 0o755, "");
    fails(place, "no-such-command", 127, &["not found in PATH ('/"]);
    fails(place, "", 127, &["no such file: ''"]);
    fails(place, "/no-such-folder/deeper/command", 127, &["no such file: '/no-such-folder' does not exist"]);
    fails(place, "/usr/bin/no-such-command", 127, &["no such file: '/usr/bin/no-such-command' does not exist"]);
    fails(place, &format!("{plain}/command"), 127, &["is not a directory", &plain]);
    fails(place, &format!("{plain}/"), 127, &["is not a directory", &plain]);
    symlink("/no/such/target", files.path("link")).unwrap();
    fails(place, &files.path("link/command"), 127, &["no such file: '/no/such/target' does not exist"]);
    fails(place, &files.path("link"), 127, &["it is a symbolic link to '/no/such/target', which does not exist"]);
}

fn a_file_that_may_not_be_executed_is_126(place: Place) {
    let files = Folder::new("files");
    fails(place, &files.make("no-x", 0o644, "#!/bin/sh\n"), 126, &["it is not executable (mode 0644)", "chmod +x"]);
    fails(place, "/usr", 126, &["'/usr': it is a directory"]);
    fails(place, "/dev/null", 126, &["it is not a regular file"]);
}

fn a_script_without_its_interpreter_is_126_and_names_it(place: Place) {
    let files = Folder::new("files");
    let missing = files.make("missing", 0o755, "#!/no/such/python -u\nprint()\n");
    fails(place, &missing, 126, &["names the interpreter '/no/such/python', which does not exist"]);
    let windows = files.make("windows", 0o755, "#!/bin/sh\r\necho hello\r\n");
    fails(place, &windows, 126, &["Windows line ends", "'/bin/sh\\r'", "sed -i"]);
    let not_executable = files.make("not-executable", 0o644, "");
    let of_it = files.make("of-it", 0o755, format!("#!{not_executable}\n"));
    fails(place, &of_it, 126, &["names the interpreter", "which cannot be run: it is not executable (mode 0644)"]);
}

fn a_file_on_a_noexec_mount_is_126_and_says_so(place: Place) {
    let files = Folder::new("files");
    let mount = "mount -t tmpfs -o noexec none \"$0\" && cp /bin/true \"$0\" && exec \"$@\"";
    let folder = files.path("noexec");
    fs::create_dir(&folder).unwrap();
    let by_way_of = ["unshare", "--mount", "sh", "-c", mount, &folder];
    let ended = Launch::new(place).by_way_of(&by_way_of).run(&[&format!("{folder}/true")]);
    assert_eq!(ended.status, 126);
    assert!(ended.stderr.ends_with("it is on a file system that is mounted noexec\n"), "{}", ended.stderr);
}

fn a_folder_of_path_with_a_name_that_is_too_long_is_passed_over(place: Place) {
    let path = format!("PATH=/{}:/usr/bin:/bin", "x".repeat(5000));
    let ended = Launch::new(place).by_way_of(&["/usr/bin/env", &path]).run(&["echo", "found"]);
    assert_eq!(ended.stdout, "found\n");
    fails(place, &format!("/{}", "x".repeat(5000)), 126, &["file name too long"]);
}

/// A copy of a static ELF file with some bytes changed.
fn changed_elf(changes: &[(usize, &[u8])]) -> Vec<u8> {
    let mut elf = fs::read(program("probe")).unwrap();
    for (offset, bytes) in changes {
        elf[*offset..offset + bytes.len()].copy_from_slice(bytes);
    }
    elf
}

fn an_executable_for_another_machine_is_126_and_names_it(place: Place) {
    let files = Folder::new("files");
    let here = std::env::consts::ARCH;
    for (machine, name) in [(243_u16, "riscv"), (22, "s390x"), (8, "mips"), (9999, "an unknown machine")] {
        let foreign = files.make("foreign", 0o755, changed_elf(&[(18, &machine.to_le_bytes())]));
        fails(place, &foreign, 126, &[&format!("it was built for {name}, and this machine is {here}")]);
    }
}

fn a_dynamic_executable_without_its_loader_is_126_and_names_it(place: Place) {
    let files = Folder::new("files");
    // Its program header becomes the only one: PT_INTERP, with a path that is put behind the header.
    let (path, at) = (b"/lib/ld-none.so.1\0", 0x200_usize);
    let header: Vec<u8> = [3_u64 | 4 << 32, at as u64, at as u64, at as u64, path.len() as u64, path.len() as u64, 1]
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    let dynamic = changed_elf(&[(64, &header), (at, path)]);
    fails(
        place,
        &files.make("dynamic", 0o755, dynamic),
        126,
        &["needs the loader '/lib/ld-none.so.1', which does not exist", "libc"],
    );
}

fn what_is_no_program_is_126(place: Place) {
    let files = Folder::new("files");
    fails(
        place,
        &files.make("noise", 0o755, b"\x01\x02\0\x03\xff"),
        126,
        &["not in a format that this kernel can execute"],
    );
    fails(
        place,
        &files.make("cut", 0o755, &changed_elf(&[])[..40]),
        126,
        &["not in a format that this kernel can execute"],
    );
}

fn a_command_line_that_is_too_long_is_126(place: Place) {
    if strace_available() {
        let folder = Folder::new("long");
        let mut trace = strace(&folder.path("strace"), &["execve:error=E2BIG"]);
        trace.extend(["-P", "/bin/true"].map(str::to_owned));
        let ended = Launch::new(place).by_way_of(&trace).run(&["/bin/true"]);
        assert_eq!(ended.status, 126, "{}", ended.stderr);
        assert!(
            ended.stderr.contains("its arguments and environment are longer than the kernel allows"),
            "{}",
            ended.stderr
        );
    }
}

fn a_script_without_a_first_line_is_for_the_shell(place: Place) {
    let files = Folder::new("files");
    let script = files.make("script", 0o755, "echo \"$0 got $# words: $1\"\nexit 3\n");
    let ended = Launch::new(place).run(&[&script, "a b", "c"]);
    assert_eq!((ended.status, ended.stdout), (3, format!("{script} got 2 words: a b\n")));
    assert_eq!(Launch::new(place).run(&[files.make("empty", 0o755, "")]).status, 0);
}

fn a_script_for_a_shell_that_cannot_be_run_is_126(place: Place) {
    let files = Folder::new("files");
    let script = files.make("script", 0o755, "echo\n");
    let shell = "shell=$(readlink -f /bin/sh)";
    let no_shell = format!("{shell}; mount -t tmpfs none ${{shell%/*}}");
    let bad_shell = format!("{shell}; mount --bind \"$0\" $shell");
    let not_executable = files.make("not-executable", 0o644, "");
    for (mount, part) in
        [(no_shell, "there is no /bin/sh to run it"), (bad_shell, "/bin/sh cannot be run: it is not executable")]
    {
        let by_way_of = ["unshare", "--mount", "sh", "-c", &format!("{mount}; exec \"$@\""), &not_executable];
        let ended = Launch::new(place).by_way_of(&by_way_of).run(&[&script]);
        assert_eq!(ended.status, 126);
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }
}

/// Folders with a `tool` in each that says where it is; the first is not executable.
fn tools() -> Folder {
    let files = Folder::new("files");
    for (folder, mode) in [("a", 0o644), ("b", 0o755), ("c", 0o755)] {
        fs::create_dir(files.path(folder)).unwrap();
        files.make(&format!("{folder}/tool"), mode, format!("#!/bin/sh\necho {folder}\n"));
    }
    files
}

fn the_first_executable_file_in_path_is_run(place: Place) {
    let files = tools();
    let path = ["none", "a", "b", "c"].map(|folder| files.path(folder)).join(":");
    let ended = Launch::new(place).by_way_of(&["/usr/bin/env", &format!("PATH={path}:/usr/bin:/bin")]).run(&["tool"]);
    assert_eq!(ended.stdout, "b\n");
    // An empty part of PATH is the current folder.
    let go_there = ["sh", "-c", "cd \"$0\"; PATH=:$PATH; exec \"$@\"", &files.path("b")];
    assert_eq!(Launch::new(place).by_way_of(&go_there).run(&["tool"]).stdout, "b\n");
}

fn a_file_in_path_that_may_not_be_executed_is_126_and_named(place: Place) {
    let files = tools();
    let path = format!("PATH={}:/none", files.path("a"));
    let ended = Launch::new(place).by_way_of(&["/usr/bin/env", &path]).run(&["tool"]);
    let expected = format!("rinit: cannot run 'tool' ('{}'): it is not executable (mode 0644)", files.path("a/tool"));
    assert_eq!((ended.status, ended.stderr.starts_with(&expected)), (126, true), "{}", ended.stderr);
}

fn without_path_the_usual_folders_are_searched(place: Place) {
    let ended = Launch::new(place).by_way_of(&["/usr/bin/env", "-u", "PATH"]).run(&["sh", "-c", "exit 3"]);
    assert_eq!(ended.status, 3);
}

fn no_room_for_another_process_is_125(place: Place) {
    if !strace_available() {
        return;
    }
    for (error, part) in [("EAGAIN", "the limit of processes is reached"), ("ENOMEM", "out of memory")] {
        let folder = Folder::new("no-room");
        // Inside the namespace and without -f, so that nobody's clone fails but rinit's.
        let mut trace = strace(&folder.path("strace"), &[&format!("clone:error={error}")]);
        trace.retain(|word| word != "-f");
        let ended = Launch::new(place).by_way_of(&trace).run(&["true"]);
        assert_eq!((ended.status, ended.stderr.lines().count()), (125, 1), "{}", ended.stderr);
        assert!(
            ended.stderr.contains("rinit: cannot start 'true': ") && ended.stderr.contains(part),
            "{}",
            ended.stderr
        );
    }
}

in_both_places! {
    a_command_that_does_not_exist_is_127
    a_file_that_may_not_be_executed_is_126
    a_script_without_its_interpreter_is_126_and_names_it
    a_file_on_a_noexec_mount_is_126_and_says_so
    a_folder_of_path_with_a_name_that_is_too_long_is_passed_over
    an_executable_for_another_machine_is_126_and_names_it
    a_dynamic_executable_without_its_loader_is_126_and_names_it
    what_is_no_program_is_126
    a_command_line_that_is_too_long_is_126
    a_script_without_a_first_line_is_for_the_shell
    a_script_for_a_shell_that_cannot_be_run_is_126
    the_first_executable_file_in_path_is_run
    a_file_in_path_that_may_not_be_executed_is_126_and_named
    without_path_the_usual_folders_are_searched
    no_room_for_another_process_is_125
}
