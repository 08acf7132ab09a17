// SPDX-License-Identifier: Apache-2.0
/** The HTTP API: resources, their JSON, and one form for every error. */
@NullMarked
@OpenAPIDefinition(
        info =
                @Info(
                        title = "lorafleet gateway",
                        version = "v1",
                        description = "Images from guided diffusion models with LoRA adapters",
                        license = @License(name = "Apache License 2.0", identifier = "Apache-2.0")),
        tags = {
            @Tag(name = ApiDescription.GENERATIONS, description = "Order images, follow, fetch and rate them"),
            @Tag(name = ApiDescription.ADAPTERS, description = "Students and styles: their versions and routes"),
            @Tag(name = ApiDescription.FLEET, description = "How the fleet does"),
            @Tag(
                    name = ApiDescription.OPENAI,
                    description = "For OpenAI's clients: their base URL is this gateway's /v1"),
            @Tag(name = ApiDescription.VLLM, description = "For clients that load adapters as vLLM does")
        },
        components =
                @Components(
                        responses =
                                @APIResponse(
                                        name = ApiDescription.PROBLEM,
                                        description = "What was expected, and what was found instead (RFC 9457)",
                                        content =
                                                @Content(
                                                        mediaType = Problem.MEDIA_TYPE,
                                                        schema = @Schema(implementation = Problem.class)))))
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.http.problem.Problem;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.NullMarked;
