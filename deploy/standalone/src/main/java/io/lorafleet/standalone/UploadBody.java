package io.lorafleet.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A file as the body of a request; on a terminal a bar shows how much of it is gone. */
final class UploadBody {
    private static final int KILOBYTE = 1000;

    private UploadBody() {}

    static BodyPublisher of(Path file) throws IOException {
        if (!Boolean.getBoolean("lorafleet.terminal")) {
            return BodyPublishers.ofFile(file);
        }
        long bytes = Files.size(file);
        return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> watched(file, bytes)), bytes);
    }

    private static InputStream watched(Path file, long bytes) {
        try {
            return ProgressBar.wrap(
                    Files.newInputStream(file),
                    new ProgressBarBuilder()
                            .setTaskName("uploading")
                            .setInitialMax(bytes)
                            .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                            .setConsumer(new ConsoleProgressBarConsumer(System.err))
                            .setUnit(" kB", KILOBYTE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
