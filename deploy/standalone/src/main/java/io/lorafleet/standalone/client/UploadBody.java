// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.standalone.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ProgressBar;

/** A file as a request body. On a terminal, a progress bar is shown during the upload. */
final class UploadBody {
    private static final int KILOBYTE = 1000;

    private UploadBody() {}

    static BodyPublisher of(Path file) throws IOException {
        if (!Terminal.isThere()) {
            return BodyPublishers.ofFile(file);
        }
        long bytes = Files.size(file);
        return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> withProgress(file, bytes)), bytes);
    }

    private static InputStream withProgress(Path file, long bytes) {
        try {
            return ProgressBar.wrap(
                    Files.newInputStream(file),
                    Terminal.bar("uploading", System.err).setInitialMax(bytes).setUnit(" kB", KILOBYTE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
