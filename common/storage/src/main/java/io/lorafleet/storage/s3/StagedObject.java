// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import io.lorafleet.storage.StagedBlob;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** An object that is written to a temporary file, which only this user can read, and then uploaded. */
final class StagedObject implements StagedBlob {
    private final S3Writer writer;
    private final UnaryOperator<String> objects;
    private final Path file = Files.createTempFile("lorafleet-", ".blob");
    private final OutputStream out = Files.newOutputStream(file);
    private long bytes;

    /** @param objects returns the object key of a blob */
    StagedObject(S3Writer writer, UnaryOperator<String> objects) throws IOException {
        this.writer = writer;
        this.objects = objects;
    }

    void writeAll(InputStream content) throws IOException {
        bytes += content.transferTo(out);
    }

    @Override
    public void write(byte[] content, int offset, int length) throws IOException {
        out.write(content, offset, length);
        bytes += length;
    }

    @Override
    public long bytesWritten() {
        return bytes;
    }

    @Override
    public boolean commit(String key) throws IOException {
        return store(objects.apply(key));
    }

    boolean store(String object) throws IOException {
        out.close();
        return writer.putIfAbsent(object, file);
    }

    @Override
    public void replace(String key) throws IOException {
        out.close();
        writer.replace(objects.apply(key), file);
    }

    @Override
    public void close() throws IOException {
        try (out) {
            Files.deleteIfExists(file);
        }
    }
}
