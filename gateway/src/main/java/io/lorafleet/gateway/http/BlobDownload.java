// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Streams a blob to a client. Each chunk is read only after the client has received the previous one, so a slow client
 * takes up the memory of only one chunk and does not occupy a thread.
 */
final class BlobDownload {
    private static final int PIECE = 1 << 16;

    private BlobDownload() {}

    /** @param content content of the blob; closed at its end or when the client disconnects */
    static Multi<byte[]> of(InputStream content) {
        return Multi.createBy()
                .repeating()
                .uni(() -> Uni.createFrom()
                        .item(() -> read(content))
                        .runSubscriptionOn(Infrastructure.getDefaultExecutor()))
                .until(piece -> piece.length == 0)
                .onTermination()
                .invoke(() -> close(content));
    }

    private static byte[] read(InputStream content) {
        try {
            return content.readNBytes(PIECE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(InputStream content) {
        try {
            content.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
