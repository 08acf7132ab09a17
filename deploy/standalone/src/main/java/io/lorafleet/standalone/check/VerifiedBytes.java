// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.standalone.history.ClientEvent.Downloaded;
import io.lorafleet.standalone.history.FaultEvent.BlobDamaged;
import io.lorafleet.standalone.history.HistoryEvent;
import io.lorafleet.standalone.history.Image;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.VersionPublished;
import io.lorafleet.standalone.history.TopicEvent.WorkerReported;
import io.lorafleet.standalone.history.WorkerEvent.Exited;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** I9. A worker may keep an adapter that it loaded before the file was damaged. */
final class VerifiedBytes implements Invariant {
    @Override
    public String name() {
        return "I9";
    }

    @Override
    public String statement() {
        return "no worker loads a damaged blob, and no gateway serves one";
    }

    @Override
    public void judge(History history, Findings findings) {
        adapters(history, findings);
        Set<String> damaged = history.damaged();
        Map<String, List<Ended>> ends = history.ends();
        for (Downloaded download : history.all(Downloaded.class)) {
            if (!ends.containsKey(download.id())) {
                continue;
            }
            for (Image image : ends.get(download.id()).get(0).images()) {
                if (image.index() == download.index() && damaged.contains(image.blob())) {
                    findings.require(
                            download.sha256() == null || download.sha256().equals(image.sha256()),
                            download.id(),
                            "no damaged image from " + download.gateway(),
                            String.valueOf(download.sha256()));
                }
            }
        }
    }

    private static void adapters(History history, Findings findings) {
        Map<String, Set<String>> versions = new HashMap<>();
        for (VersionPublished each : history.all(VersionPublished.class)) {
            PinnedAdapter version = each.version();
            versions.computeIfAbsent(BlobKeys.adapter(version.sha256()), key -> new HashSet<>())
                    .add(version.toString());
        }
        Map<String, Set<String>> resident = new HashMap<>();
        Set<String> unusable = new HashSet<>();
        for (HistoryEvent event : history.events()) {
            if (event instanceof BlobDamaged damage) {
                unusable.addAll(versions.getOrDefault(damage.key(), Set.of()));
            } else if (event instanceof Exited exit) {
                resident.remove(exit.worker());
            } else if (event instanceof WorkerReported report) {
                Set<String> loaded = new HashSet<>(report.resident());
                loaded.removeAll(resident.getOrDefault(report.worker(), Set.of()));
                loaded.retainAll(unusable);
                if (!unusable.isEmpty()) {
                    findings.require(loaded.isEmpty(), report.worker(), "no damaged adapter loaded", loaded);
                }
                resident.put(report.worker(), Set.copyOf(report.resident()));
            }
        }
    }
}
