// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.messages.adapter.SamplingDefaults;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of an upload for the sampling that the adapter's author prescribes. The parameters are strings,
 * because JAX-RS responds with 404 if it cannot convert a query parameter.
 */
public final class SamplingDefaultsQuery {
    @QueryParam("sampler")
    @Parameter(
            description = "Sampler for requests with the adapter that do not set one",
            schema = @Schema(implementation = SamplerName.class))
    @Nullable
    String sampler;

    @QueryParam("steps")
    @Parameter(
            description = "Number of steps for requests with the adapter that do not set it",
            schema = @Schema(type = SchemaType.INTEGER))
    @Nullable
    String steps;

    @QueryParam("guidanceScale")
    @Parameter(
            description = "Guidance scale for requests with the adapter that do not set it; not allowed for students",
            schema = @Schema(type = SchemaType.NUMBER))
    @Nullable
    String guidanceScale;

    @QueryParam("timestepSpacing")
    @Parameter(
            description = "Timestep spacing for requests with the adapter that do not set it; requires sampler",
            schema = @Schema(implementation = TimestepSpacing.class))
    @Nullable
    String timestepSpacing;

    @QueryParam("timesteps")
    @Parameter(
            description = "Timesteps, separated by commas, for requests with the adapter that do not set a schedule;"
                    + " requires sampler",
            schema = @Schema(type = SchemaType.STRING, example = "999,749,499,249"))
    @Nullable
    String timesteps;

    @QueryParam("eta")
    @Parameter(
            description = "Share of new noise in each step, 0 to 1, for requests with the adapter that do not set it;"
                    + " requires sampler",
            schema = @Schema(type = SchemaType.NUMBER))
    @Nullable
    String eta;

    /** @return the defaults; null if there are none */
    @Nullable
    SamplingDefaults defaults() {
        FieldChecks checks = new FieldChecks();
        SamplerName name =
                checks.oneOf("sampler", SamplerName.values(), sampler).orElse(null);
        TimestepSpacing spacing = checks.oneOf("timestepSpacing", TimestepSpacing.values(), timestepSpacing)
                .orElse(null);
        if (!checks.badFields().isEmpty()) {
            throw new ProblemException(Problem.invalid(checks.badFields()));
        }
        SamplingDefaults defaults;
        try {
            defaults = new SamplingDefaults(
                    name,
                    number("steps", "a whole number", steps, Integer::valueOf),
                    number("guidanceScale", "a number", guidanceScale, Double::valueOf),
                    spacing,
                    number("timesteps", "whole numbers, separated by commas", timesteps, SamplingDefaultsQuery::list),
                    number("eta", "a number", eta, Double::valueOf));
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ProblemType.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
        return SamplingDefaults.orNull(defaults);
    }

    private static List<Integer> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(part -> Integer.valueOf(part.strip()))
                .toList();
    }

    private static <T> @Nullable T number(
            String field, String expected, @Nullable String text, Function<String, T> parse) {
        try {
            return text == null ? null : parse.apply(text);
        } catch (NumberFormatException e) {
            throw new ProblemException(Problem.invalid(field, expected, "another value"));
        }
    }
}
