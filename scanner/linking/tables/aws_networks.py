"""The AWS resources that complete a network or what stands at its edge, and the attribute in which each names it."""

from scanner.linking.joins import Target

_LOAD_BALANCERS = "aws_lb aws_alb"

CONFIGURES = (
    Target(
        "aws_security_group aws_default_security_group",
        "",
        {
            "aws_security_group_rule": "security_group_id",
            "aws_vpc_security_group_egress_rule": "security_group_id",
            "aws_vpc_security_group_ingress_rule": "security_group_id",
            "aws_vpc_security_group_vpc_association": "security_group_id",
        },
    ),
    Target(
        "aws_vpc aws_default_vpc",
        "",
        {"aws_default_security_group": "vpc_id", "aws_flow_log": "vpc_id", "aws_vpc_endpoint": "vpc_id"},
    ),
    Target(
        "aws_subnet aws_default_subnet",
        "",
        {
            "aws_flow_log": "subnet_id",
            "aws_network_acl_association": "subnet_id",
            "aws_route_table_association": "subnet_id",
        },
    ),
    Target(
        "aws_vpc_endpoint",
        "",
        {
            "aws_vpc_endpoint_policy": "vpc_endpoint_id",
            "aws_vpc_endpoint_security_group_association": "vpc_endpoint_id",
        },
    ),
    Target(
        _LOAD_BALANCERS,
        "",
        {"aws_alb_listener": "load_balancer_arn", "aws_lb_listener": "load_balancer_arn"},
    ),
    Target(
        "aws_lb_listener aws_alb_listener",
        "",
        {
            "aws_alb_listener_certificate": "listener_arn",
            "aws_alb_listener_rule": "listener_arn",
            "aws_lb_listener_certificate": "listener_arn",
            "aws_lb_listener_rule": "listener_arn",
        },
    ),
    Target(
        f"{_LOAD_BALANCERS} aws_api_gateway_stage aws_apprunner_service aws_appsync_graphql_api aws_cognito_user_pool"
        " aws_verifiedaccess_instance",
        "",
        {"aws_wafv2_web_acl_association": "resource_arn"},
    ),
    Target("aws_wafv2_web_acl", "", {"aws_wafv2_web_acl_logging_configuration": "resource_arn"}),
    Target(
        "aws_api_gateway_rest_api",
        "",
        {
            "aws_api_gateway_authorizer": "rest_api_id",
            "aws_api_gateway_method": "rest_api_id",
            "aws_api_gateway_method_settings": "rest_api_id",
            "aws_api_gateway_rest_api_policy": "rest_api_id",
            "aws_api_gateway_stage": "rest_api_id",
        },
    ),
    Target(
        "aws_apigatewayv2_api",
        "",
        {
            "aws_apigatewayv2_authorizer": "api_id",
            "aws_apigatewayv2_route": "api_id",
            "aws_apigatewayv2_stage": "api_id",
        },
    ),
)
