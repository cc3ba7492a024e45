//! What the component is from outside: imports, exports and contents.

use std::collections::BTreeSet;

use vault_aws_login_wasm_tests::{Input, Instance, component, engine, machine_paths, repository};
use wasmtime::component::Component;
use wit_parser::Resolve;

#[test]
fn component_imports_nothing() {
    let engine = engine();
    let component = Component::new(&engine, component()).unwrap();
    let ty = component.component_type();
    let imports: Vec<_> = ty.imports(&engine).map(|(name, _)| name).collect();
    assert_eq!(imports, Vec::<&str>::new());
}

#[test]
fn component_works_with_an_empty_linker() {
    let input = Input {
        role: Some("dev"),
        ..Input::EXAMPLE
    };
    let login = Instance::new().sign_login(&input);
    assert!(login.unwrap().ends_with(r#""role":"dev"}"#));
}

#[test]
fn component_is_what_the_world_says() {
    let (mut resolve, package) = {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(repository().join("wit")).unwrap();
        (resolve, package)
    };
    let world = resolve.select_world(&[package], Some("login")).unwrap();
    let promised: BTreeSet<String> = resolve.worlds[world]
        .exports
        .keys()
        .map(|key| resolve.name_world_key(key))
        .collect();

    // Every type and function of the world is there, field for field.
    resolve.all_features = true;
    wit_component::targets(&resolve, world, &component()).unwrap();

    // And nothing more is.
    let engine = engine();
    let component = Component::new(&engine, component()).unwrap();
    let exported: BTreeSet<String> = component
        .component_type()
        .exports(&engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(exported, promised);
}

#[test]
fn component_names_no_path_of_the_machine_that_built_it() {
    assert_eq!(machine_paths(&component()), Vec::<String>::new());
}
