use distributed_transformer::formats::DataFormat;
use distributed_transformer::{BoxFuture, BoxStream, Bytes, DataStream, Error, RecordBatch, Result, SchemaRef};

pub struct PairsFormat {
    pub batch_size: usize,
}

fn row(line: &str) -> Result<Vec<String>> {
    match line.split_once('=') {
        Some((key, value)) => Ok(vec![key.into(), value.into()]),
        None => Err(Error(format!("`{}` has no value", line))),
    }
}

fn batches(data: Bytes, size: usize) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let text = String::from_utf8(data).map_err(|_| Error("it is no UTF-8 text".into()))?;
    let rows = text.lines().filter(|line| !line.is_empty()).map(row).collect::<Result<Vec<_>>>()?;
    let parts: Vec<_> = rows
        .chunks(size)
        .map(|part| Ok(RecordBatch { columns: vec!["key".into(), "value".into()], rows: part.to_vec() }))
        .collect();
    Ok(Box::new(parts.into_iter()))
}

impl DataFormat for PairsFormat {
    fn read_batches<'a>(&'a self, data: Bytes) -> BoxFuture<'a, Result<BoxStream<'static, Result<RecordBatch>>>> {
        Box::pin(async move { batches(data, self.batch_size) })
    }

    fn read_batches_from_stream<'a>(
        &'a self,
        _schema: SchemaRef,
        stream: DataStream,
    ) -> BoxFuture<'a, Result<BoxStream<'static, Result<RecordBatch>>>> {
        Box::pin(async move { batches(stream.collect::<Result<Vec<Bytes>>>()?.concat(), self.batch_size) })
    }

    fn write_batches<'a>(&'a self, batches: BoxStream<'static, Result<RecordBatch>>) -> BoxFuture<'a, Result<Bytes>> {
        Box::pin(async move {
            let mut out = String::new();
            for batch in batches {
                for row in batch?.rows {
                    out += &format!("{}\n", row.join("="));
                }
            }
            Ok(out.into_bytes())
        })
    }
}
