// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The packages' files. A file that is not in the folder yet is downloaded from the mirror, or from snapshot.debian.org
 * if the mirror no longer has it. The SHA-256 of a file is verified whenever the file is fetched, so the connections
 * need no TLS.
 */
final class PackageStore {
    private static final String ARCHIVE_OF_SNAPSHOTS = "https://snapshot.debian.org/archive/";
    private static final int OK = 200;
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final HttpClient http = HttpClient.newBuilder()
            .followRedirects(Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(20))
            .build();
    private final Path folder;
    private final URI mirror;
    private final String snapshot;

    /** @param mirror the folder of the archives {@code debian} and {@code debian-security} */
    PackageStore(Path folder, URI mirror, String snapshot) {
        this.folder = folder;
        this.mirror = mirror;
        this.snapshot = snapshot;
    }

    /** @return the package's file, whose SHA-256 is the one in the lock file */
    Path fetch(LockedPackage locked) throws IOException, InterruptedException {
        // In a folder named after the SHA-256, a file is never mistaken for another version.
        Path file = folder.resolve(locked.sha256()).resolve(locked.fileName());
        if (!Files.exists(file)) {
            download(locked, file);
        }
        verify(locked, file);
        return file;
    }

    private void download(LockedPackage locked, Path file) throws IOException, InterruptedException {
        Files.createDirectories(file.getParent());
        Path unfinished = file.resolveSibling("unfinished");
        List<String> failures = new ArrayList<>();
        for (URI source : sources(locked)) {
            try {
                HttpRequest request =
                        HttpRequest.newBuilder(source).timeout(TIMEOUT).build();
                HttpResponse<Path> response = http.send(request, BodyHandlers.ofFile(unfinished));
                if (response.statusCode() == OK) {
                    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
                    return;
                }
                failures.add(source + ": HTTP status " + response.statusCode());
            } catch (IOException e) {
                failures.add(source + ": " + e);
            }
        }
        throw new IOException("cannot download a package that debian.lock lists:\n  " + String.join("\n  ", failures));
    }

    private List<URI> sources(LockedPackage locked) {
        String path = locked.archive() + "/" + locked.path().replace("+", "%2B");
        String old = locked.archive() + "/" + snapshot + "/" + locked.path().replace("+", "%2B");
        return List.of(URI.create(mirror + "/" + path), URI.create(ARCHIVE_OF_SNAPSHOTS + old));
    }

    private static void verify(LockedPackage locked, Path file) throws IOException {
        String found = FileHash.of(file);
        if (!found.equals(locked.sha256()) || Files.size(file) != locked.bytes()) {
            Path bad = file.resolveSibling("refused");
            Files.move(file, bad, StandardCopyOption.REPLACE_EXISTING);
            throw new IOException(locked.path() + ": expected " + locked.bytes() + " bytes with SHA-256 "
                    + locked.sha256() + ", found " + Files.size(bad) + " bytes with SHA-256 " + found);
        }
    }
}
