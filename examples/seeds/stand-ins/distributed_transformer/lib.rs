//! Stands in for the crate of this name: the traits that its guide prints, and the little that those are made of.
//! The guide's traits have `async fn`, which no rustc takes in a trait behind `dyn`; the crate has them from the macro
//! async_trait, and here stands by hand what that macro makes. The rest (records, streams, errors) is a guess that
//! stands in for arrow, bytes, futures and anyhow.

pub type Bytes = Vec<u8>;
pub type Result<T> = std::result::Result<T, Error>;
/// What an `async fn` of a trait gives back.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;
pub type BoxStream<'a, T> = Box<dyn Iterator<Item = T> + Send + 'a>;

#[derive(Debug)]
pub struct Error(pub String);

/// Rows of texts under names.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordBatch {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

pub type SchemaRef = std::sync::Arc<Vec<String>>;
pub type DataStream = BoxStream<'static, Result<Bytes>>;

/// The host's configuration: what each plugin gets, by its name.
#[derive(Default)]
pub struct Config {
    pub plugins: Plugins,
}

#[derive(Default)]
pub struct Plugins {
    pub plugin_configs: std::collections::HashMap<String, std::collections::HashMap<String, String>>,
}

pub mod plugin {
    use super::{formats::DataFormat, Config, Result};

    #[derive(Debug, Default)]
    pub struct PluginCapabilities {
        pub can_read: bool,
        pub can_write: bool,
    }

    #[derive(Debug)]
    pub struct PluginMetadata {
        pub name: String,
        pub version: String,
        pub description: String,
        pub extensions: Vec<String>,
        pub capabilities: PluginCapabilities,
    }

    pub trait FormatPlugin: Send + Sync {
        fn metadata(&self) -> &PluginMetadata;
        fn create_format(&self, config: &Config) -> Result<Box<dyn DataFormat + Send + Sync>>;
    }
}

pub mod formats {
    use super::*;

    pub trait DataFormat: Send + Sync {
        fn read_batches<'a>(&'a self, data: Bytes) -> BoxFuture<'a, Result<BoxStream<'static, Result<RecordBatch>>>>;
        fn read_batches_from_stream<'a>(
            &'a self,
            schema: SchemaRef,
            stream: DataStream,
        ) -> BoxFuture<'a, Result<BoxStream<'static, Result<RecordBatch>>>>;
        fn write_batches<'a>(&'a self, batches: BoxStream<'static, Result<RecordBatch>>) -> BoxFuture<'a, Result<Bytes>>;
    }
}
