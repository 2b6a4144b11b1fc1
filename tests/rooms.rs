//! The sources against ARCHITECTURE.md: who may read whom, and what stays in which room.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// A module's place below the crate, e.g. `["gpu", "tensor"]`; the crate's own is empty.
type Module = Vec<String>;

/// What one file names: full paths as they are written, e.g. `["super", "tensor", "Shape"]`, and whether it only passes them on.
struct Names {
    module: Module,
    source: String,
    paths: Vec<(Vec<String>, bool)>,
}

/// Collects the paths of a file, but for those of its unit tests.
#[derive(Default)]
struct Paths(Vec<(Vec<String>, bool)>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let passes_on = !matches!(item.vis, syn::Visibility::Inherited);
        let mut leaves = Vec::new();
        flatten(&item.tree, &[], &mut leaves);
        self.0.extend(leaves.into_iter().map(|path| (path, passes_on)));
    }

    /// `pub(super)` reads nobody.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push((path.segments.iter().map(|segment| segment.ident.to_string()).collect(), false));
        visit::visit_path(self, path);
    }
}

/// The single paths of `use a::{b, c::d}`.
fn flatten(tree: &syn::UseTree, before: &[String], leaves: &mut Vec<Vec<String>>) {
    let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
    match tree {
        syn::UseTree::Path(path) => flatten(&path.tree, &with(&path.ident), leaves),
        syn::UseTree::Name(name) => leaves.push(with(&name.ident)),
        syn::UseTree::Rename(rename) => leaves.push(with(&rename.ident)),
        syn::UseTree::Glob(_) => leaves.push(before.to_vec()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, leaves)),
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The program's folder: it reads the library from outside.
const PROGRAM: &str = "terminal";

/// All files below `folder`, with what they name, but for the program's.
fn read_all(folder: &Path, module: &[String], found: &mut Vec<Names>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let below = [module, std::slice::from_ref(&stem)].concat();
        if stem == PROGRAM {
            continue;
        }
        if path.is_dir() {
            read_all(&path, &below, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let own = if stem == "mod" || stem == "lib" { module.to_vec() } else { below };
            found.push(names(own, &fs::read_to_string(&path).unwrap()));
        }
    }
}

fn names(module: Module, source: &str) -> Names {
    let mut paths = Paths::default();
    paths.visit_file(&syn::parse_file(source).unwrap());
    Names { module, source: source.to_owned(), paths: paths.0 }
}

fn sources() -> Vec<Names> {
    let mut found = Vec::new();
    read_all(&root().join("src"), &[], &mut found);
    found
}

/// Which modules each module reads. A parent that passes on what its children make does not read them.
fn readers(sources: &[Names]) -> BTreeMap<Module, BTreeSet<Module>> {
    let modules: BTreeSet<&Module> = sources.iter().map(|names| &names.module).collect();
    let resolve = |own: &Module, path: &[String]| -> Option<Module> {
        let climbs = path.iter().take_while(|name| *name == "super").count();
        let absolute = match path[0].as_str() {
            "crate" => path[1..].to_vec(),
            "super" => [&own[..own.len() - climbs], &path[climbs..]].concat(),
            "self" => [own, &path[1..]].concat(),
            // A name alone may be a variable's.
            child if path.len() > 1 && modules.contains(&[own.as_slice(), &[child.to_owned()]].concat()) => {
                [own.as_slice(), path].concat()
            }
            _ => return None,
        };
        (0..=absolute.len()).rev().map(|end| absolute[..end].to_vec()).find(|module| modules.contains(module))
    };
    let mut readers: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for Names { module, paths, .. } in sources {
        let read = readers.entry(module.clone()).or_default();
        for (path, passes_on) in paths {
            let Some(target) = resolve(module, path) else { continue };
            let own_child = target.starts_with(module);
            if target != *module && !(*passes_on && own_child) {
                read.insert(target);
            }
        }
    }
    readers
}

/// The rooms in the order of ARCHITECTURE.md's table, and after them what only tests and measurements have.
fn order() -> Vec<String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = text.split("| room |").nth(1).unwrap().split("\n\n").next().unwrap();
    let mut rooms = Vec::new();
    for row in table.lines().skip(2) {
        let cell = row.split('|').nth(1).unwrap();
        rooms.extend(cell.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches('/').to_owned()));
    }
    assert!(rooms.len() > 15, "the table of rooms was not found: {rooms:?}");
    [rooms, vec!["reference".into(), "bench".into(), "fuzz".into()]].concat()
}

/// Imports against the order, as "who reads whom".
fn against_the_order(readers: &BTreeMap<Module, BTreeSet<Module>>, order: &[String]) -> Vec<String> {
    let place = |module: &Module| {
        let room = &module[0];
        order
            .iter()
            .position(|name| name == room)
            .unwrap_or_else(|| panic!("ARCHITECTURE.md does not list the room {room}"))
    };
    let mut wrong = Vec::new();
    for (module, read) in readers.iter().filter(|(module, _)| !module.is_empty()) {
        for target in read.iter().filter(|target| !target.is_empty()) {
            if place(target) > place(module) {
                wrong.push(format!("{} reads {}", module.join("::"), target.join("::")));
            }
        }
    }
    wrong
}

/// The modules that, through others, read themselves, and what lies between such.
fn cycle(readers: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let mut open: BTreeSet<&Module> = readers.keys().filter(|module| !module.is_empty()).collect();
    loop {
        // Who reads nobody that is open, or is read by nobody, is not part of one.
        let reads = |module: &Module| readers[module].iter().any(|target| open.contains(target));
        let is_read = |module: &Module| open.iter().any(|other| readers[*other].contains(module));
        let inside: BTreeSet<&Module> =
            open.iter().copied().filter(|module| reads(module) && is_read(module)).collect();
        if inside.len() == open.len() {
            return inside.into_iter().map(|module| module.join("::")).collect();
        }
        open = inside;
    }
}

#[test]
fn rooms_read_only_those_above_them() {
    let wrong = against_the_order(&readers(&sources()), &order());
    assert!(wrong.is_empty(), "against ARCHITECTURE.md's order: {wrong:#?}");
}

#[test]
fn no_module_reads_itself_through_others() {
    assert_eq!(cycle(&readers(&sources())), [""; 0]);
}

#[test]
fn what_is_forbidden_is_found() {
    let module = |path: &str| path.split("::").map(str::to_owned).collect::<Module>();
    let mut sources = sources();
    sources.push(names(module("kernels::spy"), "use crate::painter::Painter;"));
    let wrong = against_the_order(&readers(&sources), &order());
    assert_eq!(wrong, ["kernels::spy reads painter"]);
    sources.push(names(module("kernels::there"), "fn f() { super::back::g() }"));
    sources.push(names(module("kernels::back"), "use super::there;"));
    assert_eq!(cycle(&readers(&sources)), ["kernels::back", "kernels::there"]);
}

/// The strings of a file, but for those of its unit tests.
#[derive(Default)]
struct Strings(Vec<String>);

impl<'ast> Visit<'ast> for Strings {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    /// Comments are no code.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.push(text.value());
    }
}

/// Whether a text names a layer of a model, e.g. `relu4_2`.
fn names_a_layer(text: &str) -> bool {
    ["conv", "relu", "pool"].iter().any(|kind| {
        let after = text.split(kind).skip(1);
        after.map(str::as_bytes).any(|rest| rest.first().is_some_and(u8::is_ascii_digit) && rest.get(1) == Some(&b'_'))
    })
}

/// Which rooms name layers, as "who names what".
fn layers_named(source: &str, module: &Module) -> Vec<String> {
    let mut strings = Strings::default();
    strings.visit_file(&syn::parse_file(source).unwrap());
    let named = strings.0.into_iter().filter(|text| names_a_layer(text));
    named.map(|text| format!("{} names {text}", module.join("::"))).collect()
}

#[test]
fn layers_are_named_in_tables_alone() {
    let mut found = Vec::new();
    for Names { module, source, .. } in sources() {
        if module.first().is_none_or(|room| room != "model") {
            found.extend(layers_named(&source, &module));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    let spy = layers_named(
        r#"/// relu1_1
        fn f() { g("relu4_2") }"#,
        &vec!["spy".to_owned()],
    );
    assert_eq!(spy, ["spy names relu4_2"], "what is forbidden is found");
}

/// Where alone paths may begin so: with the graphics library's name, and with JavaScript's types. (Nobody may read the twins: they
/// stand last in the order.)
#[test]
fn what_belongs_to_one_room_stays_there() {
    let belongs: [(&[&str], &[&str]); 2] = [
        (&["wgpu"], &["gpu", "bench::pipelines", "web"]),
        (&["wasm_bindgen", "wasm_bindgen_futures", "js_sys", "web_sys"], &["web", "clock", "bench::web", "fuzz::web"]),
    ];
    let mut strangers = Vec::new();
    for Names { module, paths, .. } in sources() {
        let own = module.join("::");
        for (names, rooms) in belongs {
            let at_home = rooms.iter().any(|room| own == *room || own.starts_with(&format!("{room}::")));
            let path = paths.iter().find(|(path, _)| names.contains(&path[0].as_str()));
            if let (false, Some((path, _))) = (at_home, path) {
                strangers.push(format!("{own} names {}", path.join("::")));
            }
        }
    }
    assert!(strangers.is_empty(), "{strangers:#?}");
}

/// The library forbids unsafe code, which nothing can lift; xtask denies it, and one module lifts that.
#[test]
fn unsafe_code_stays_in_one_module() {
    let mut found = Vec::new();
    read_all(&root().join("xtask/src"), &[], &mut found);
    let lifts = |names: &Names| names.source.contains("(unsafe_code)");
    let lifted: Vec<_> = found.iter().filter(|names| lifts(names)).map(|names| names.module.join("::")).collect();
    assert_eq!(lifted, ["occupancy::vulkan"]);
}
