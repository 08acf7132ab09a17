// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.record;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.SealedJson;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.standalone.history.AuditEvent.BlobFound;
import io.lorafleet.standalone.history.AuditEvent.ManifestFound;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Hashes every image and adapter in the blob store, and reads every manifest. */
public final class BlobAudit {
    private static final String SOURCE = "audit";
    private static final String UNREADABLE = "unreadable";

    private BlobAudit() {}

    public static void run(Path blobs, Recorder recorder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(blobs)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String key = blobs.relativize(file).toString();
            if (key.endsWith(".png") || key.endsWith(".safetensors")) {
                recorder.record(SOURCE, new BlobFound(recorder.now(), key, Sha256.of(Files.readAllBytes(file))));
            } else if (key.endsWith("/manifest.json")) {
                String id = key.split("/")[1];
                recorder.record(SOURCE, manifest(recorder.now(), id, Files.readAllBytes(file)));
            }
        }
    }

    private static ManifestFound manifest(long t, String id, byte[] json) {
        try {
            GenerationManifest manifest = SealedJson.read(json, GenerationManifest.class);
            return new ManifestFound(
                    t,
                    id,
                    Ends.outcome(manifest.result()),
                    Ends.content(manifest.result()),
                    Ends.images(manifest.result()),
                    manifest.request().adapters().stream()
                            .map(AppliedAdapter::adapter)
                            .toList());
        } catch (InvalidMessageException e) {
            return new ManifestFound(t, id, UNREADABLE, null, List.of(), List.of());
        }
    }
}
