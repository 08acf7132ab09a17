// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.generation.state.Forecasts;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of generations.
 *
 * @param next value of the {@code after} parameter for the next page; absent on the last page
 */
record GenerationListView(
        List<GenerationView> generations, @Nullable String next) {

    /**
     * @param found the generations on the page, plus one more if there is a next page
     * @param limit page size
     */
    static GenerationListView of(List<Generation> found, int limit, Forecasts forecasts) {
        List<Generation> page = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit
                ? GenerationPosition.of(page.get(limit - 1)).toString()
                : null;
        return new GenerationListView(
                page.stream()
                        .map(each -> GenerationView.of(each, forecasts.of(each)))
                        .toList(),
                next);
    }
}
