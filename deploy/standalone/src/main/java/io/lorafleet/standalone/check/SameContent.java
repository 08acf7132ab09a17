// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.standalone.history.AuditEvent.ManifestFound;
import io.lorafleet.standalone.history.ClientEvent.Downloaded;
import io.lorafleet.standalone.history.Image;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** I2. */
final class SameContent implements Invariant {
    @Override
    public String name() {
        return "I2";
    }

    @Override
    public String statement() {
        return "all results of a request are equal, and a result's hashes are those of the stored bytes";
    }

    @Override
    public void judge(History history, Findings findings) {
        Map<String, List<Ended>> ends = history.ends();
        ends.forEach((id, results) -> {
            Ended first = results.get(0);
            findings.require(true, id, "a first result", first);
            for (Ended again : results.subList(1, results.size())) {
                findings.requireEqual(first.content(), again.content(), id, "another result with the content");
            }
        });
        history.requested().forEach((id, records) -> {
            for (Requested again : records) {
                findings.requireEqual(records.get(0).content(), again.content(), id, "another record with the content");
            }
        });
        for (ManifestFound manifest : history.all(ManifestFound.class)) {
            List<Ended> results = ends.get(manifest.id());
            if (results != null && manifest.content() != null) {
                findings.requireEqual(
                        results.get(0).content(), manifest.content(), manifest.id(), "a manifest with the content");
            }
        }
        storedBytes(history, ends, findings);
        downloads(history, ends, findings);
    }

    private static void storedBytes(History history, Map<String, List<Ended>> ends, Findings findings) {
        Map<String, String> blobs = history.blobs();
        Set<String> damaged = history.damaged();
        ends.forEach((id, results) -> {
            for (Image image : results.get(0).images()) {
                if (!damaged.contains(image.blob())) {
                    findings.requireEqual(
                            image.sha256(),
                            Objects.requireNonNullElse(blobs.get(image.blob()), "no blob"),
                            id,
                            image.blob() + " with SHA-256");
                }
            }
        });
    }

    /** Damaged blobs are included, because a gateway must not serve bytes whose hash differs from the one in the result. */
    private static void downloads(History history, Map<String, List<Ended>> ends, Findings findings) {
        for (Downloaded download : history.all(Downloaded.class)) {
            List<Ended> results = ends.get(download.id());
            if (results == null || download.sha256() == null) {
                continue;
            }
            results.get(0).images().stream()
                    .filter(image -> image.index() == download.index())
                    .forEach(image -> findings.requireEqual(
                            image.sha256(),
                            download.sha256(),
                            download.id(),
                            "image " + image.index() + " from " + download.gateway() + " with SHA-256"));
        }
    }
}
