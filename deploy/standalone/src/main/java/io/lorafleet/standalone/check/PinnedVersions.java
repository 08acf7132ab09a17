// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.standalone.history.AuditEvent.ManifestFound;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import io.lorafleet.standalone.history.TopicEvent.VersionPublished;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** I4. Kafka's timestamps are comparable, because the gateways and the trainers of a run are on one machine. */
final class PinnedVersions implements Invariant {
    @Override
    public String name() {
        return "I4";
    }

    @Override
    public String statement() {
        return "a request uses only adapter versions that were committed before it, with exactly their bytes";
    }

    @Override
    public void judge(History history, Findings findings) {
        Map<PinnedAdapter, Long> committed = new HashMap<>();
        for (VersionPublished each : history.all(VersionPublished.class)) {
            if (each.committed()) {
                committed.merge(each.version(), each.at(), Math::min);
            }
        }
        Map<String, String> blobs = history.blobs();
        Map<String, Requested> first = new HashMap<>();
        for (Requested request : history.all(Requested.class)) {
            first.putIfAbsent(request.id(), request);
            for (PinnedAdapter pin : request.adapters()) {
                Long since = committed.get(pin);
                findings.require(
                        since != null && since <= request.at(),
                        request.id(),
                        pin + " (" + pin.sha256() + ") committed before " + request.at(),
                        since == null ? "no committed version" : "committed at " + since);
                String key = BlobKeys.adapter(pin.sha256());
                if (!history.damaged().contains(key)) {
                    findings.requireEqual(
                            pin.sha256(),
                            Objects.requireNonNullElse(blobs.get(key), "no blob"),
                            request.id(),
                            key + " with SHA-256");
                }
            }
        }
        for (ManifestFound manifest : history.all(ManifestFound.class)) {
            Requested request = first.get(manifest.id());
            if (request != null
                    && !(request.adapters().isEmpty() && manifest.adapters().isEmpty())) {
                List<PinnedAdapter> pins = request.adapters();
                findings.requireEqual(
                        described(pins), described(manifest.adapters()), manifest.id(), "a manifest with the adapters");
            }
        }
    }

    private static String described(List<PinnedAdapter> pins) {
        return pins.stream()
                .map(pin -> pin + " (" + pin.sha256() + ")")
                .toList()
                .toString();
    }
}
