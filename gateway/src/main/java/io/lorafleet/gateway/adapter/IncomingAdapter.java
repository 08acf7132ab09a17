// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.safetensors.BadSafetensorsException;
import io.lorafleet.safetensors.SafetensorsHeader;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * An adapter file that is being uploaded. Bytes are written to a staged blob as they are read, because the final key is
 * the hash of the whole file.
 */
final class IncomingAdapter {
    private static final int COPIED_AT_ONCE = 1 << 16;

    private final InputStream source;
    private final ClientBlobs.Incoming aside;
    private final MessageDigest sha256 = Sha256.newDigest();

    /** @param source stream positioned at the first byte of the file; not closed */
    IncomingAdapter(InputStream source, ClientBlobs.Incoming aside) {
        this.source = source;
        this.aside = aside;
    }

    /**
     * @param maxBytes maximum size of the whole file
     * @throws BadSafetensorsException if the header is invalid; the tensors are not read
     */
    SafetensorsHeader readHeader(long maxBytes) throws IOException, BadSafetensorsException {
        return SafetensorsHeader.read(new Copied(), Math.min(maxBytes, SafetensorsHeader.MAX_ADAPTER_HEADER_BYTES));
    }

    /**
     * @param data receives the bytes after the header
     * @return the SHA-256 of the whole file
     * @throws BadSafetensorsException if the file is shorter or longer than its header declares
     */
    String readTensors(SafetensorsHeader header, OutputStream data) throws IOException, BadSafetensorsException {
        aside.expect(header.fileBytes());
        byte[] buffer = new byte[COPIED_AT_ONCE];
        InputStream in = new Copied();
        for (long left = header.dataBytes(); left > 0; left = header.fileBytes() - aside.bytesWritten()) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                header.requireFileOf(aside.bytesWritten());
            }
            data.write(buffer, 0, read);
        }
        if (source.read() >= 0) {
            header.requireFileOf(aside.bytesWritten() + 1);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** @param sha256 SHA-256 of the file; a stored file with a different hash is damaged, and is replaced */
    void store(String sha256) throws IOException {
        aside.commit(BlobKeys.adapter(sha256), sha256);
    }

    /** Reads the source, and copies the bytes to the staged blob. */
    private final class Copied extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = source.read(buffer, offset, length);
            if (read > 0) {
                aside.write(buffer, offset, read);
                sha256.update(buffer, offset, read);
            }
            return read;
        }
    }
}
