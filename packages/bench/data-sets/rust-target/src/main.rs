//! Uses a little of everything, so that it is linked.

use axum::{routing::get, Router};
use parquet::file::properties::WriterProperties;

#[tokio::main]
async fn main() {
    let batch = arrow::record_batch::RecordBatch::new_empty(arrow::datatypes::Schema::empty().into());
    let properties = WriterProperties::builder().build();
    let engine = wasmtime::Engine::default();
    let client = reqwest::Client::new();
    let app: Router = Router::new().route("/", get(|| async { "ok" }));
    println!("{batch:?} {properties:?} {app:?} {client:?} {}", engine.is_async());
}
