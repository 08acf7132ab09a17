// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

import io.lorafleet.messages.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Appends events to the file of one source. Thread-safe. */
public final class HistoryWriter implements AutoCloseable {
    private final OutputStream out;

    /** @param source name of the source, such as {@code topics} */
    public HistoryWriter(Path folder, String source) throws IOException {
        out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(source + HistoryReader.SUFFIX)));
    }

    /** Writes the event to the file at once, so that it is not lost if this process is killed. */
    public synchronized void write(HistoryEvent event) {
        try {
            out.write(Json.write(event));
            out.write('\n');
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
