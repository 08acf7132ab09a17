// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.FeedbackReceipt;
import io.lorafleet.standalone.client.NewFeedback;
import io.lorafleet.standalone.client.WithdrawalReceipt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "feedback",
        sortOptions = false,
        description = {
            "Rates an image that a student adapter drew, for the student to learn from it.",
            "`fleet generate` says the id of a generation when its images are there."
        })
public final class FeedbackCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /** Optional only because picocli would want it before a subcommand, too. */
    @Parameters(paramLabel = "GENERATION_ID", arity = "0..1", description = "What drew the image.")
    private @Nullable String generationId;

    @Option(
            names = "--rating",
            paramLabel = "up|down|X",
            converter = Rating.class,
            description = "X is from -1 (bad) to 1 (good). May be left out with --as-teacher; then it is down.")
    private @Nullable Double rating;

    @Option(names = "--image", paramLabel = "N", description = "Which image of the generation (0, the first).")
    private @Nullable Integer image;

    @Option(names = "--note", paramLabel = "TEXT", description = "Why, in your own words.")
    private @Nullable String note;

    @Option(names = "--as-teacher", description = "It should look as the base draws it under guidance.")
    private boolean asTeacher;

    @Mixin
    private GatewayOptions gateway;

    @Override
    public Integer call() throws InterruptedException {
        if (generationId == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'GENERATION_ID'");
        }
        if (generationId.isBlank()) {
            throw new FleetException("GENERATION_ID: expected the id of a generation, found nothing");
        }
        NewFeedback feedback = new NewFeedback(rating, image, note, asTeacher ? true : null);
        gateway.print(gateway.client().feedback(generationId, feedback), FeedbackReceipt::text);
        return ExitCode.OK;
    }

    @Command(
            name = "withdraw",
            sortOptions = false,
            description = {
                "Takes back all that one owner has said so far: no training that begins from now on learns from it.",
                "What a version has learned already stays in that version; `fleet adapter roll-back` goes back."
            })
    int withdraw(
            @Option(names = "--owner", paramLabel = "OWNER", required = true, description = "Whose feedback it is.")
                    String owner,
            @Option(
                            names = "--adapter",
                            paramLabel = "NAME",
                            description = "The student that it concerns. Without it: all of them.")
                    @Nullable
                    String adapter)
            throws InterruptedException {
        gateway.print(gateway.client().withdrawFeedback(owner, adapter), WithdrawalReceipt::text);
        return ExitCode.OK;
    }

    static final class Rating implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                return switch (text) {
                    case "up" -> 1.0;
                    case "down" -> -1.0;
                    default -> Double.valueOf(text);
                };
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected up, down or a number from -1 to 1, found " + text);
            }
        }
    }
}
