// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.training;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.training.TrainingProgressed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A sample of the progress events of an adapter's latest runs. A gateway can read the progress of a run before the
 * start of the run, because the two are on different topics.
 */
final class ProgressCurves {
    private static final int RUNS = 4;
    private static final int POINTS = 120;

    private final Map<Lineage, List<TrainingProgressed>> byRun = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Lineage, List<TrainingProgressed>> eldest) {
            return size() > RUNS;
        }
    };

    /** Replaces the known events from this step on, because a run that resumes from a checkpoint repeats steps. */
    void apply(TrainingProgressed event) {
        List<TrainingProgressed> points = new ArrayList<>();
        of(event.lineage()).stream().filter(each -> each.step() < event.step()).forEach(points::add);
        points.add(event);
        byRun.put(event.lineage(), thinned(points));
    }

    /** @return the events of a run, ordered by step */
    List<TrainingProgressed> of(Lineage run) {
        return byRun.getOrDefault(run, List.of());
    }

    /** Drops every second point if there are too many, but never the last point. */
    private static List<TrainingProgressed> thinned(List<TrainingProgressed> points) {
        if (points.size() <= POINTS) {
            return points;
        }
        List<TrainingProgressed> fewer = new ArrayList<>();
        for (int i = (points.size() - 1) % 2; i < points.size(); i += 2) {
            fewer.add(points.get(i));
        }
        return fewer;
    }
}
