// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Where {@code fleet model fetch} gets files from. */
interface ModelSource {
    /**
     * Opens a file, which the caller closes.
     *
     * @throws FleetException if there is no such file
     */
    InputStream open(String name) throws IOException, InterruptedException;

    /** @param location an HTTP URL or a folder */
    static ModelSource of(String location) {
        return location.matches("https?://.+")
                ? new Web(location.replaceAll("/+$", ""))
                : new Folder(Path.of(location));
    }

    /** @param path the folder of the model */
    record Folder(Path path) implements ModelSource {
        @Override
        public InputStream open(String name) throws IOException {
            Path file = path.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw new FleetException(file + ": expected a file of the model, found none");
            }
            return Files.newInputStream(file);
        }
    }

    /** @param url URL of the model's folder, without a slash at the end */
    record Web(String url) implements ModelSource {
        private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);

        @Override
        public InputStream open(String name) throws IOException, InterruptedException {
            // In SHA256SUMS, names can start with a dot and a slash.
            String path = Path.of(name).normalize().toString().replace(" ", "%20");
            URI file = URI.create(url + "/" + path);
            // Model hubs redirect downloads to their storage.
            HttpClient http = HttpClient.newBuilder()
                    .connectTimeout(CONNECT_TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .build();
            HttpResponse<InputStream> response;
            try {
                response = http.send(HttpRequest.newBuilder(file).build(), BodyHandlers.ofInputStream());
            } catch (IOException e) {
                throw new FleetException(file + ": expected a file of the model, found no server: " + e);
            }
            if (response.statusCode() != 200) {
                response.body().close();
                throw new FleetException(file + ": expected a file of the model, found HTTP " + response.statusCode());
            }
            return response.body();
        }
    }
}
