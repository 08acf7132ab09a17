// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.standalone.Exit;
import io.lorafleet.standalone.client.GenerationFollower;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/** Generates the images of several prompts, and reports the results in the order of the prompts. */
final class GenerationBatch {
    private final GenerationRunner runner;
    private final GenerationReport report;
    private final int concurrency;
    private final UnaryOperator<ObjectNode> timed;
    private final boolean noWait;

    /**
     * @param concurrency number of generations at a time
     * @param timed function that adds the deadline to a request that is about to be sent
     * @param noWait whether only to create the generations
     */
    GenerationBatch(
            GenerationRunner runner,
            GenerationReport report,
            int concurrency,
            UnaryOperator<ObjectNode> timed,
            boolean noWait) {
        this.runner = runner;
        this.report = report;
        this.concurrency = concurrency;
        this.timed = timed;
        this.noWait = noWait;
    }

    /** @param requests a request for each prompt */
    Exit run(List<PromptLine> prompts, List<ObjectNode> requests) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(concurrency, task -> {
            Thread thread = new Thread(task, "generate");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<GenerationOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                ObjectNode request = requests.get(i);
                String stem = stem(i + 1, prompts.size(), prompts.get(i).prompt());
                outcomes.add(threads.submit(() -> generate(request, stem)));
            }
            List<Exit> exits = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                String label = "[" + (i + 1) + "/" + prompts.size() + "] ";
                exits.add(report.print(
                        result(outcomes.get(i)), label, prompts.get(i).where()));
            }
            return GenerationOutcome.exit(exits);
        } finally {
            threads.shutdownNow();
        }
    }

    private GenerationOutcome generate(ObjectNode request, String stem) throws IOException, InterruptedException {
        ObjectNode sent = timed.apply(request);
        return noWait ? runner.submit(sent) : runner.generate(sent, stem, GenerationFollower.Progress.NONE);
    }

    private static GenerationOutcome result(Future<GenerationOutcome> outcome)
            throws IOException, InterruptedException {
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException problem) { // the file could not be written
                throw problem;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** @return such as 07-a-red-star for the seventh of 20 prompts, so that the files sort in the order of the prompts */
    private static String stem(int number, int count, String prompt) {
        int digits = Integer.toString(count).length();
        return String.format(Locale.ROOT, "%0" + digits + "d-%s", number, ImageFiles.stem(prompt));
    }
}
