// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The content of an object. A failure of the SDK, such as a wrong checksum at the end, is thrown as an {@link
 * IOException}.
 */
final class ObjectContent extends FilterInputStream {
    private final ResponseInputStream<GetObjectResponse> object;
    private boolean ended;

    ObjectContent(ResponseInputStream<GetObjectResponse> object) {
        super(object);
        this.object = object;
    }

    @Override
    public int read() throws IOException {
        try {
            int read = super.read();
            ended |= read < 0;
            return read;
        } catch (SdkException e) {
            throw new IOException("cannot read an object: " + e.getMessage(), e);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            int read = super.read(bytes, offset, length);
            ended |= read < 0;
            return read;
        } catch (SdkException e) {
            throw new IOException("cannot read an object: " + e.getMessage(), e);
        }
    }

    /** If there is more to read, closes the connection instead of reading the rest. */
    @Override
    public void close() throws IOException {
        if (ended) {
            super.close();
        } else {
            object.abort();
        }
    }
}
