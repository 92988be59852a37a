//! A format by distributed-transformer's guide: lines of `key=value`.

mod format;

use distributed_transformer::formats::DataFormat;
use distributed_transformer::plugin::{FormatPlugin, PluginCapabilities, PluginMetadata};
use distributed_transformer::{Config, Error, Result};

struct Pairs {
    metadata: PluginMetadata,
}

impl FormatPlugin for Pairs {
    fn metadata(&self) -> &PluginMetadata {
        &self.metadata
    }

    /// Takes `batch_size`; without a configuration of its own it has 1024.
    fn create_format(&self, config: &Config) -> Result<Box<dyn DataFormat + Send + Sync>> {
        let wanted = config.plugins.plugin_configs.get("pairs").and_then(|own| own.get("batch_size"));
        let batch_size = match wanted {
            None => 1024,
            Some(text) => text.parse().ok().filter(|&size| size > 0).ok_or_else(|| Error("`batch_size` is no size".into()))?,
        };
        Ok(Box::new(format::PairsFormat { batch_size }))
    }
}

/// Only a host that was built by the same rustc from the same crate can take this box: neither the pointer nor the
/// trait's table has a layout that is laid down anywhere, which is what the compiler's warning says.
#[cfg(not(nameless))]
#[no_mangle]
#[allow(improper_ctypes_definitions)]
pub extern "C" fn create_plugin() -> Box<dyn FormatPlugin> {
    Box::new(Pairs {
        metadata: PluginMetadata {
            name: "pairs".into(),
            version: "1.0.0".into(),
            description: "lines of key=value".into(),
            extensions: vec![".env".into()],
            capabilities: PluginCapabilities { can_read: true, can_write: true },
        },
    })
}
