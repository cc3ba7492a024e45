//! What the components are from outside: imports, exports and contents.

use std::collections::BTreeSet;

use vault_aws_login_wasm_tests::{
    Input, Instance, component, engine, machine_paths, repository, signer,
};
use wasmtime::component::Component;
use wit_parser::Resolve;

/// Each component with the world that it is of.
fn components() -> [(&'static str, Vec<u8>); 2] {
    [("login", component()), ("signer-only", signer())]
}

#[test]
fn components_import_nothing() {
    let engine = engine();
    for (world, bytes) in components() {
        let component = Component::new(&engine, bytes).unwrap();
        let ty = component.component_type();
        let imports: Vec<_> = ty.imports(&engine).map(|(name, _)| name).collect();
        assert_eq!(imports, Vec::<&str>::new(), "{world}");
    }
}

#[test]
fn components_work_with_an_empty_linker() {
    let input = Input {
        role: Some("dev"),
        ..Input::EXAMPLE
    };
    for (world, bytes) in components() {
        let component = Component::new(&engine(), bytes).unwrap();
        let login = Instance::of(&component).sign_login(&input).unwrap();
        assert!(login.ends_with(r#""role":"dev"}"#), "{world}");
    }
}

#[test]
fn components_are_what_their_worlds_say() {
    for (name, bytes) in components() {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(repository().join("wit")).unwrap();
        let world = resolve.select_world(&[package], Some(name)).unwrap();
        let promised: BTreeSet<String> = resolve.worlds[world]
            .exports
            .keys()
            .map(|key| resolve.name_world_key(key))
            .collect();

        // Every type and function of the world is there, field for field.
        resolve.all_features = true;
        wit_component::targets(&resolve, world, &bytes).unwrap();

        // And nothing more is.
        let engine = engine();
        let component = Component::new(&engine, &bytes).unwrap();
        let exported: BTreeSet<String> = component
            .component_type()
            .exports(&engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(exported, promised, "{name}");
    }
}

#[test]
fn components_name_no_path_of_the_machine_that_built_them() {
    for (world, bytes) in components() {
        assert_eq!(machine_paths(&bytes), Vec::<String>::new(), "{world}");
    }
}
