use std::os::fd::AsFd;
use std::thread;

use nix::unistd::{Gid, getgroups, pipe};

use super::*;

const PASSWD_FILE: &[u8] = b"root:x:0:0:root:/root:/bin/sh\n\
    # a comment:x:5:5::/:\n\
    \n\
    app:x:1000:1001:App,,,:/srv/app:/bin/false\r\n\
    \tindented:x:1002:1002::/i:\n\
    app:x:0:0:the first counts:/root:/bin/sh\n\
    twin:x:1000:0::/root:\n\
    1234:x:77:77:a name of digits:/n:\n\
    homeless:x:3:3\n\
    :x:9:9::/nameless:\n\
    signed:x:+1:1::/:\n\
    empty:x:::::\n\
    word:x:zero:0::/:\n\
    nogid:x:6::::\n\
    minus1:x:4294967295:1::/:\n\
    minus1gid:x:1:4294967295::/:\n\
    huge:x:18446744073709551616:0::/:\n\
    short\n\
    nul:x:8:8::/a\0b:\n\
    +::::::\n\
    wheel:x:4294967294:4294967294::relative:";

const GROUP_FILE: &[u8] = b"root:x:0:root\n\
    app:x:1001:app\n\
    # audio:x:30:app\n\
    video:x:44:root,app\n\
    ppa:x:45:appapp,ap\n\
    kvm:x:46:app,\n\
    video:x:0:\n\
    bad:x:zero:nobody,word\n\
    worse\n\
    4321:x:50:\n\
    nameless:x:51:,\n\
    +:::";

fn find(spec: &str) -> Result<User, UserError> {
    User::find_in(spec.as_bytes(), Some(PASSWD_FILE), Some(GROUP_FILE))
}

#[test]
fn users_and_groups_are_found_by_name_and_by_number() {
    let (root, app) = (Some("root"), Some("app"));
    type Case = (&'static str, u32, u32, &'static [u32], &'static str, Option<&'static str>);
    let cases: [Case; 18] = [
        ("root", 0, 0, &[0, 44], "/root", root),
        ("0", 0, 0, &[0, 44], "/root", root),
        ("00", 0, 0, &[0, 44], "/root", root),
        ("root:video", 0, 44, &[44], "/root", root),
        ("app", 1000, 1001, &[1001, 44, 46], "/srv/app", app),
        ("1000", 1000, 1001, &[1001, 44, 46], "/srv/app", app),
        ("app:video", 1000, 44, &[44], "/srv/app", app),
        ("app:0", 1000, 0, &[0], "/srv/app", app),
        ("app:999", 1000, 999, &[999], "/srv/app", app),
        ("twin", 1000, 0, &[0], "/root", Some("twin")),
        ("indented", 1002, 1002, &[1002], "/i", Some("indented")),
        ("homeless", 3, 3, &[3], "/", Some("homeless")),
        ("9", 9, 9, &[9], "/nameless", None),
        ("wheel", u32::MAX - 1, u32::MAX - 1, &[u32::MAX - 1], "relative", Some("wheel")),
        // Nobody's numbers, and numbers that are somebody's name.
        ("5", 5, 0, &[0], "/", None),
        ("1234", 1234, 0, &[0], "/", None),
        ("app:4321", 1000, 4321, &[4321], "/srv/app", app),
        ("4294967294:4294967294", u32::MAX - 1, u32::MAX - 1, &[u32::MAX - 1], "relative", Some("wheel")),
    ];
    for (spec, uid, gid, groups, home, name) in cases {
        let (home, name) = (home.as_bytes().to_vec(), name.map(|name| name.as_bytes().to_vec()));
        assert_eq!(find(spec).unwrap(), User { uid, gid, groups: groups.to_vec(), home, name }, "{spec}");
    }
}

#[test]
fn what_is_not_of_the_form_is_an_error() {
    for spec in ["", ":", "::", "app:", ":app", ":0", "0:", "0:0:", "0:0:0", "app::", "app:app:app", "4294967295"] {
        assert!(matches!(find(spec), Err(UserError::Spec(text)) if text == spec.as_bytes()), "{spec}");
    }
    for spec in ["app:4294967295", "4294967296", "99999999999999999999999:0", "0:99999999999999999999999"] {
        assert!(matches!(find(spec), Err(UserError::Spec(_))), "{spec}");
    }
}

#[test]
fn who_is_unknown_is_an_error() {
    for user in
        ["nobody", "Root", "roo", "roott", " root", "root ", "-1", "+0", "0x0", "0 ", "1e3", "# a comment", "\n"]
    {
        assert!(
            matches!(find(user), Err(UserError::Unknown { file: File::Passwd, name }) if name == user.as_bytes()),
            "{user}"
        );
    }
    for group in ["nogroup", "-1", "+0", "# audio", "root ", "app,"] {
        let spec = format!("app:{group}");
        assert!(
            matches!(find(&spec), Err(UserError::Unknown { file: File::Group, name }) if name == group.as_bytes()),
            "{spec}"
        );
    }
}

#[test]
fn a_malformed_entry_is_an_error_if_it_is_the_one() {
    for name in ["signed", "empty", "word", "nogid", "minus1", "minus1gid", "huge", "short", "nul", "+"] {
        assert!(
            matches!(find(name), Err(UserError::Malformed { file: File::Passwd, name: found }) if found == name.as_bytes()),
            "{name}"
        );
    }
    assert!(matches!(find("6"), Err(UserError::Malformed { file: File::Passwd, .. })));
    for spec in ["app:bad", "app:worse", "0:+"] {
        assert!(matches!(find(spec), Err(UserError::Malformed { file: File::Group, .. })), "{spec}");
    }
    // One of the groups that the user is in has no number: who knows which that is.
    let found = User::find_in(b"word", Some(b"word:x:5:5::/:"), Some(GROUP_FILE));
    assert!(matches!(found, Err(UserError::Malformed { file: File::Group, name }) if name == b"bad"));
    // With GROUP, it does not matter.
    assert!(User::find_in(b"word:video", Some(b"word:x:5:5::/:"), Some(GROUP_FILE)).is_ok());
}

#[test]
fn without_files_numbers_are_enough_and_names_are_an_error() {
    let find = |spec: &str| User::find_in(spec.as_bytes(), None, None);
    let user = |gid| User { uid: 7, gid, groups: vec![gid], home: b"/".to_vec(), name: None };
    assert_eq!((find("7").unwrap(), find("7:8").unwrap()), (user(0), user(8)));
    assert!(matches!(find("root"), Err(UserError::Unreadable { file: File::Passwd, errno: Errno::ENOENT })));
    assert!(matches!(find("7:root"), Err(UserError::Unreadable { file: File::Group, errno: Errno::ENOENT })));
    // An image may have one file and not the other.
    let app = User::find_in(b"app", Some(PASSWD_FILE), None).unwrap();
    assert_eq!((app.uid, app.gid, app.groups), (1000, 1001, vec![1001]));
    assert!(matches!(User::find_in(b"app", Some(b""), None), Err(UserError::Unknown { .. })));
}

/// Bytes out of which entries are likely to come.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize
    }

    fn bytes(&mut self, longest: usize) -> Vec<u8> {
        const LIKELY: &[u8] = b"::::::::,\n\n\n0019aab+-# x\0\r\xff";
        let length = self.next() % (longest + 1);
        (0..length)
            .map(
                |_| if self.next().is_multiple_of(16) { self.next() as u8 } else { LIKELY[self.next() % LIKELY.len()] },
            )
            .collect()
    }
}

#[test]
fn whatever_is_read_nobody_becomes_root_by_accident() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut found = 0;
    for round in 0..100_000 {
        let (spec, passwd, group) = (random.bytes(6), random.bytes(60), random.bytes(60));
        let Ok(user) = User::find_in(&spec, Some(&passwd), Some(&group)) else { continue };
        found += 1;
        let context = || format!("round {round}: {} {} {}", Quoted(&spec), Quoted(&passwd), Quoted(&group));
        assert!(user.uid != u32::MAX && user.groups.first() == Some(&user.gid), "{}", context());
        assert!(!user.home.is_empty() && !user.home.contains(&0), "{}", context());
        // Root is who is asked for by number, or whose entry has that number: digits, not what stands for nothing.
        let named = spec.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_number = named.iter().all(|byte| byte.is_ascii_digit());
        let is_zero = |text: &[u8]| !text.is_empty() && text.iter().all(|byte| *byte == b'0');
        let entry_is_zero =
            || passwd.split(|byte| matches!(byte, b':' | b'\n')).any(|field| is_zero(field.trim_ascii()));
        let is_meant = if is_number { is_zero(named) } else { entry_is_zero() };
        assert!(user.uid != 0 || is_meant, "{}", context());
    }
    assert!(found > 1000, "{found}");
}

#[test]
fn every_message_is_one_line_that_says_what_and_why() {
    let longest = vec![b'\n'; 5000];
    for (spec, expected) in [
        (
            b"a:".as_slice(),
            "cannot understand the user 'a:': give USER or USER:GROUP, each a name or a number up to 4294967294",
        ),
        (b"nobody", "cannot find 'nobody' in /etc/passwd: no entry has that name; add one, or give a number"),
        (
            b"word",
            "cannot use the entry 'word' of /etc/passwd: an id is missing or not a number, or the home has a NUL in it; \
             mend it",
        ),
        (&longest, "cannot find '\\n"),
    ] {
        let message = User::find_in(spec, Some(PASSWD_FILE), Some(GROUP_FILE)).unwrap_err().to_string();
        assert!(message.starts_with(expected) && !message.contains('\n') && message.len() < 700, "{message}");
    }
    let missing = User::find_in(b"app", None, None).unwrap_err().to_string();
    assert_eq!(
        missing,
        "cannot read /etc/passwd: no such file or directory; names of users and groups are looked up there"
    );
    let refused = UserError::Refused { step: Step::Uid(1000), errno: Errno::EPERM }.to_string();
    assert!(refused.starts_with("cannot become uid 1000: that takes the capabilities SETUID and SETGID"), "{refused}");
}

#[test]
fn files_are_read_whole_or_not_at_all() {
    let read = |path| database::read(File::Passwd, path);
    assert_eq!(read(c"/etc/passwd").unwrap().unwrap(), std::fs::read("/etc/passwd").unwrap());
    for file in [c"/nonexistent/passwd", c"/etc/passwd/x"] {
        assert!(matches!(read(file), Ok(None)), "{file:?}");
    }
    // A folder, a device, and a file that says that it is empty and is not.
    for file in [c"/etc", c"/dev/null", c"/proc/self/status"] {
        assert!(matches!(read(file), Err(UserError::Unusable { .. })), "{file:?}");
    }
    // A name that is too long to be a path.
    let long = std::ffi::CString::new(vec![b'a'; 5000]).unwrap();
    assert!(matches!(read(&long), Err(UserError::Unreadable { errno: Errno::ENAMETOOLONG, .. })));
}

#[test]
fn whoever_is_not_root_stays_who_they_are() {
    // The ids of the thread alone change: the calls are raw.
    let thread = thread::spawn(|| {
        let user = User { uid: 12345, gid: 23456, groups: vec![23456, 34567], home: b"/".to_vec(), name: None };
        if !geteuid().is_root() {
            assert_eq!(become_user(&user).unwrap(), Dropped::NotRoot);
            return;
        }
        // Needs CAP_SETUID and CAP_SETGID, as root has them even in a container.
        assert_eq!(become_user(&user).unwrap(), Dropped::Done);
        assert!(is(&user));
        assert_eq!(getgroups().unwrap(), [Gid::from_raw(23456), Gid::from_raw(34567)]);
        for (groups, expected) in [
            (vec![23456, 34567], true),
            (vec![34567, 23456, 0], true),
            (vec![34567, 23456, 1], false),
            (vec![23456], false),
            (vec![34567, 1], false),
            (vec![], false),
        ] {
            assert_eq!(identity::has_groups(&groups, 0), expected, "{groups:?}");
        }
        assert_eq!(identity::set_uid(0), Err(Errno::EPERM));
        assert_eq!(identity::set_gid(0), Err(Errno::EPERM));
        let root = User { uid: 0, gid: 0, groups: vec![0], ..user };
        assert_eq!(become_user(&root).unwrap(), Dropped::NotRoot);
        assert!(!is(&root));
    });
    thread.join().unwrap();
}

#[test]
fn root_may_become_root() {
    if geteuid().is_root() {
        let root = User { uid: 0, gid: 0, groups: vec![0], home: b"/root".to_vec(), name: None };
        thread::spawn(move || assert_eq!(become_user(&root).unwrap(), Dropped::Done)).join().unwrap();
    }
}

#[test]
fn a_pipe_can_be_given_and_null_stays() {
    let (reader, _writer) = pipe().unwrap();
    let null = std::fs::File::open("/dev/null").unwrap();
    let owner = |fd: BorrowedFd<'_>| fstat(fd).map(|status| (status.st_uid, status.st_gid)).unwrap();
    let (pipe_before, null_before) = (owner(reader.as_fd()), owner(null.as_fd()));
    give(reader.as_fd(), 12345);
    give(null.as_fd(), 12345);
    let given = if geteuid().is_root() { (12345, pipe_before.1) } else { pipe_before };
    assert_eq!((owner(reader.as_fd()), owner(null.as_fd())), (given, null_before));
}

#[test]
fn the_tests_are_not_installed_setuid() {
    assert!(!is_setuid());
}
