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
            "Rates an image of a student adapter. The student is trained with the rating.",
            "'fleet generate' prints the ID of a generation."
        })
public final class FeedbackCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /** Optional, because picocli would otherwise require it before a subcommand. */
    @Parameters(
            paramLabel = "GENERATION_ID",
            arity = "0..1",
            description = "ID of the generation that the image belongs to.")
    private @Nullable String generationId;

    @Option(
            names = "--rating",
            paramLabel = "up|down|X",
            converter = Rating.class,
            description = "Rating from -1 (bad) to 1 (good); 'up' is 1 and 'down' is -1. With --as-teacher, the"
                    + " default is down.")
    private @Nullable Double rating;

    @Option(
            names = "--image",
            paramLabel = "N",
            description = "Index of the image in the generation. Default: 0, the first image.")
    private @Nullable Integer image;

    @Option(names = "--note", paramLabel = "TEXT", description = "Reason for the rating, as free text.")
    private @Nullable String note;

    @Option(names = "--as-teacher", description = "Asks for the result of the base model with guidance.")
    private boolean asTeacher;

    @Mixin
    private GatewayOptions gateway;

    @Override
    public Integer call() throws InterruptedException {
        if (generationId == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'GENERATION_ID'");
        }
        if (generationId.isBlank()) {
            throw new FleetException("GENERATION_ID: expected the ID of a generation, found an empty string");
        }
        NewFeedback feedback = new NewFeedback(rating, image, note, asTeacher ? true : null);
        gateway.print(gateway.client().feedback(generationId, feedback), FeedbackReceipt::text);
        return ExitCode.OK;
    }

    @Command(
            name = "withdraw",
            sortOptions = false,
            description = {
                "Withdraws all feedback that an owner has sent so far. Later training runs do not use" + " it.",
                "Existing versions keep what they learned from it; to return to an earlier version,"
                        + " use 'fleet adapter roll-back'."
            })
    int withdraw(
            @Option(names = "--owner", paramLabel = "OWNER", required = true, description = "Owner of the feedback.")
                    String owner,
            @Option(
                            names = "--adapter",
                            paramLabel = "NAME",
                            description = "Student whose feedback to withdraw. Default: all students.")
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
