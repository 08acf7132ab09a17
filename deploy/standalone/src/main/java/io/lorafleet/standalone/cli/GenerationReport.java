// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.Exit;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.Response;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user what became of generations: the results on standard output, everything else on standard error.
 *
 * @param json whether the results are the gateway's responses, one on each line, instead of the names of the files
 * @param quiet whether only errors go to standard error
 */
record GenerationReport(boolean json, boolean quiet) {
    private static final double MILLIS_PER_SECOND = 1000;

    /**
     * @param label such as "[2/10] "; empty for a single generation
     * @param where place of the prompt, for the error message; empty for a single generation
     */
    Exit print(GenerationOutcome outcome, String label, String where) {
        if (outcome instanceof GenerationOutcome.Saved saved) {
            results(
                    saved.generation(),
                    saved.files().stream().map(Path::toString).toList());
            note(label + summary(saved.generation().value()));
            warnOfCuts(saved.generation().value());
        } else if (outcome instanceof GenerationOutcome.Accepted accepted) {
            results(accepted.generation(), List.of(accepted.generation().value().id()));
        } else {
            if (outcome instanceof GenerationOutcome.Ended ended && json) {
                System.out.println(ended.generation().json());
            }
            System.err.println("fleet: " + label + (where.isEmpty() ? "" : where + ": ") + outcome.error());
        }
        return outcome.exit();
    }

    private void results(Response<GenerationStatus> generation, List<String> names) {
        if (json) {
            System.out.println(generation.json());
        } else {
            names.forEach(System.out::println);
        }
    }

    private void note(String text) {
        if (!quiet) {
            System.err.println(text);
        }
    }

    private static String summary(GenerationStatus finished) {
        String seeds = finished.images().stream()
                .map(image -> Long.toString(image.seed()))
                .collect(Collectors.joining(", "));
        String time = finished.elapsed() == null
                ? ""
                : String.format(Locale.ROOT, "%.1f s, ", finished.elapsed().toMillis() / MILLIS_PER_SECOND);
        return "seed " + seeds + ", " + time + finished.unetEvaluations() + " UNet evaluations, generation "
                + finished.id();
    }

    private void warnOfCuts(GenerationStatus finished) {
        if (finished.tokens() != null) {
            warnOfCut("prompt", finished.tokens().prompt());
            warnOfCut("negative prompt", finished.tokens().negativePrompt());
        }
    }

    private static void warnOfCut(String prompt, GenerationStatus.@Nullable Count count) {
        if (count != null && count.cut() > 0) {
            System.err.printf(
                    "fleet: the %s was truncated: %d tokens were used, %d were cut off%n",
                    prompt, count.used(), count.cut());
        }
    }
}
