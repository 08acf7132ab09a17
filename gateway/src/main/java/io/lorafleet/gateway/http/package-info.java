// SPDX-License-Identifier: Apache-2.0
/** The HTTP API: resources for generations, adapters and feedback, and their JSON bodies. */
@NullMarked
@OpenAPIDefinition(
        info =
                @Info(
                        title = "lorafleet gateway",
                        version = "v1",
                        description = "Image generation with guided diffusion models and LoRA adapters",
                        license = @License(name = "Apache License 2.0", identifier = "Apache-2.0")),
        tags = {
            @Tag(name = ApiDescription.GENERATIONS, description = "Generations, their progress, images and ratings"),
            @Tag(name = ApiDescription.ADAPTERS, description = "Adapters, their versions and routes"),
            @Tag(name = ApiDescription.FLEET, description = "Base models, workers, load and training runs"),
            @Tag(
                    name = ApiDescription.OPENAI,
                    description = "OpenAI's images API; set the base URL of an OpenAI client to this gateway's /v1"),
            @Tag(name = ApiDescription.VLLM, description = "vLLM's API for loading adapters")
        },
        components =
                @Components(
                        responses =
                                @APIResponse(
                                        name = ApiDescription.PROBLEM,
                                        description = "An error in the format of RFC 9457",
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
