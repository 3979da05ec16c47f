"""What the gateways answer besides log rows: the members of status, account and key, by product.

Members that the double knows (from its account, key or settings) replace the values given here.
"""

import json
from typing import Any

Shape = dict[str, Any]

ONE_API_STATUS: Shape = json.loads("""{
  "chat_link": "", "display_in_currency": true, "email_verification": false, "footer_html": "",
  "github_client_id": "", "github_oauth": false, "lark_client_id": "", "logo": "", "oidc": false,
  "oidc_authorization_endpoint": "", "oidc_client_id": "", "oidc_token_endpoint": "",
  "oidc_userinfo_endpoint": "", "oidc_well_known": "", "quota_per_unit": 500000,
  "server_address": "http://localhost:3000", "start_time": 0, "system_name": "One API",
  "top_up_link": "", "turnstile_check": false, "turnstile_site_key": "", "version": "",
  "wechat_login": false, "wechat_qrcode": ""}""")

STATUS_V0_2: Shape = json.loads("""{
  "chat_link": "", "chat_link2": "", "data_export_default_time": "hour",
  "default_collapse_sidebar": false, "display_in_currency": true, "email_verification": false,
  "enable_batch_update": false, "enable_data_export": true, "enable_drawing": true,
  "enable_online_topup": false, "footer_html": "", "github_client_id": "", "github_oauth": false,
  "logo": "", "min_topup": 1, "price": 7.3, "quota_per_unit": 500000,
  "server_address": "http://localhost:3000", "start_time": 0, "system_name": "New API",
  "telegram_bot_name": "", "telegram_oauth": false, "top_up_link": "", "turnstile_check": false,
  "turnstile_site_key": "", "wechat_login": false, "wechat_qrcode": ""}""")
STATUS_V0_2_7: Shape = dict(
    sorted((STATUS_V0_2 | {"enable_task": True, "mj_notify_enabled": False, "version": ""}).items())
)
STATUS_V0_4: Shape = dict(
    sorted((STATUS_V0_2_7 | {"chats": [], "linuxdo_client_id": "", "linuxdo_oauth": False}).items())
)

STATUS_V0_6: Shape = json.loads("""{
  "chats": [], "data_export_default_time": "hour", "default_collapse_sidebar": false,
  "demo_site_enabled": false, "display_in_currency": true, "docs_link": "https://docs.newapi.pro",
  "email_verification": false, "enable_batch_update": false, "enable_data_export": true,
  "enable_drawing": true, "enable_online_topup": false, "enable_task": true, "footer_html": "",
  "github_client_id": "", "github_oauth": false, "linuxdo_client_id": "", "linuxdo_oauth": false,
  "logo": "", "min_topup": 1, "mj_notify_enabled": false, "oidc_authorization_endpoint": "",
  "oidc_client_id": "", "oidc_enabled": false, "price": 7.3, "quota_per_unit": 500000,
  "self_use_mode_enabled": false, "server_address": "http://localhost:3000", "setup": true,
  "start_time": 0, "system_name": "New API", "telegram_bot_name": "", "telegram_oauth": false,
  "top_up_link": "", "turnstile_check": false, "turnstile_site_key": "", "version": "",
  "wechat_login": false, "wechat_qrcode": ""}""")

GONE_AFTER_V0_6 = {"enable_online_topup", "min_topup"}
NEW_SINCE_V0_6: Shape = json.loads("""{
  "HeaderNavModules": "", "SidebarModulesAdmin": "", "announcements": [],
  "announcements_enabled": true, "api_info": [], "api_info_enabled": true,
  "checkin_enabled": false, "custom_currency_exchange_rate": 1, "custom_currency_symbol": "¤",
  "default_use_auto_group": false, "discord_client_id": "", "discord_oauth": false, "faq": [],
  "faq_enabled": true, "linuxdo_minimum_trust_level": 0, "passkey_allow_insecure": false,
  "passkey_attachment": "", "passkey_display_name": "New API", "passkey_login": false,
  "passkey_origins": "http://localhost:3000", "passkey_rp_id": "localhost:3000",
  "passkey_user_verification": "preferred", "privacy_policy_enabled": false,
  "quota_display_type": "USD", "stripe_unit_price": 8, "uptime_kuma_enabled": true,
  "usd_exchange_rate": 7.3, "user_agreement_enabled": false}""")
STATUS: Shape = {
    name: value
    for name, value in sorted((STATUS_V0_6 | NEW_SINCE_V0_6).items())
    if name not in GONE_AFTER_V0_6
}
NEW_SINCE_V0_8 = {
    *("HeaderNavModules", "SidebarModulesAdmin", "checkin_enabled", "custom_currency_symbol"),
    *("custom_currency_exchange_rate", "discord_client_id", "discord_oauth", "quota_display_type"),
    *("linuxdo_minimum_trust_level", "passkey_allow_insecure", "passkey_attachment"),
    *("passkey_display_name", "passkey_login", "passkey_origins", "passkey_rp_id"),
    *("passkey_user_verification", "privacy_policy_enabled", "user_agreement_enabled"),
}
GONE_AFTER_V0_8: Shape = json.loads("""{
  "enable_online_topup": false, "enable_stripe_topup": false, "min_topup": 1,
  "pay_methods": [], "stripe_min_topup": 1}""")
STATUS_V0_8: Shape = {
    name: value
    for name, value in sorted((STATUS | GONE_AFTER_V0_8).items())
    if name not in NEW_SINCE_V0_8
}
NEW_SINCE_RC: Shape = json.loads("""{
  "password_login_enabled": true, "password_register_enabled": true, "register_enabled": true,
  "theme": "default"}""")
STATUS_RC_10: Shape = {
    name: value for name, value in sorted((STATUS | NEW_SINCE_RC).items()) if name != "top_up_link"
}
STATUS_RC_24: Shape = dict(sorted((STATUS_RC_10 | {"oidc_display_name": ""}).items()))
STATUS_V0_10: Shape = dict(sorted((STATUS | {"_qn": "new-api"}).items()))

VELOERA_STATUS: Shape = dict(
    sorted((STATUS_V0_6 | {"check_in_enabled": False, "system_name": "Veloera"}).items())
)

ONE_HUB_STATUS: Shape = json.loads("""{
  "EnableSafe": false, "PaymentMinAmount": 1, "PaymentUSDRate": 7.3, "RechargeDiscount": "",
  "SafeKeyWords": [], "SafeToolName": "", "UptimeDomain": "", "UptimeEnabled": false,
  "UptimePageName": "", "UserInvoiceMonth": false, "analytics_code": "", "chat_link": "",
  "chat_links": "", "display_in_currency": true, "email_verification": false, "footer_html": "",
  "github_client_id": "", "github_oauth": false, "language": "zh_CN", "lark_client_id": "",
  "lark_login": false, "logo": "", "mj_notify_enabled": false, "oidc_auth": false,
  "quota_per_unit": 500000,
  "server_address": "http://localhost:3000", "start_time": 0, "system_name": "One Hub",
  "telegram_bot": "", "top_up_link": "", "turnstile_check": false, "turnstile_site_key": "",
  "version": "", "wechat_login": false, "wechat_qrcode": ""}""")

# The old products show the whole record, with more or less of its secrets.
ONE_API_ACCOUNT: Shape = json.loads("""{
  "id": 0, "username": "", "password": "", "display_name": "", "role": 1, "status": 1,
  "email": "", "github_id": "", "wechat_id": "", "lark_id": "", "oidc_id": "",
  "verification_code": "", "access_token": "", "quota": 0, "used_quota": 0, "request_count": 0,
  "group": "default", "aff_code": "", "inviter_id": 0}""")

ONE_HUB_ACCOUNT: Shape = json.loads("""{
  "id": 0, "username": "", "password": "", "display_name": "", "role": 1, "status": 1,
  "email": "", "avatar_url": "", "oidc_id": "", "github_id": "", "github_id_new": 0,
  "wechat_id": "", "telegram_id": 0, "lark_id": "", "verification_code": "", "access_token": "",
  "quota": 0, "used_quota": 0, "request_count": 0, "group": "default", "aff_code": "",
  "aff_count": 0, "aff_quota": 0, "aff_history_quota": 0, "inviter_id": 0, "last_login_time": 0,
  "last_login_ip": "", "created_time": 0}""")

ACCOUNT_V0_2: Shape = json.loads("""{
  "id": 0, "username": "", "password": "", "display_name": "", "role": 1, "status": 1,
  "email": "", "github_id": "", "wechat_id": "", "telegram_id": "", "verification_code": "",
  "access_token": "", "quota": 0, "used_quota": 0, "request_count": 0, "group": "default",
  "aff_code": "", "aff_count": 0, "aff_quota": 0, "aff_history_quota": 0, "inviter_id": 0,
  "DeletedAt": null}""")
ACCOUNT_V0_4: Shape = ACCOUNT_V0_2 | {"linux_do_id": ""}

ACCOUNT_V0_6: Shape = json.loads("""{
  "id": 0, "username": "", "password": "", "display_name": "", "role": 1, "status": 1,
  "email": "", "github_id": "", "oidc_id": "", "wechat_id": "", "telegram_id": "",
  "verification_code": "", "access_token": "", "quota": 0, "used_quota": 0, "request_count": 0,
  "group": "default", "aff_code": "", "aff_count": 0, "aff_quota": 0, "aff_history_quota": 0,
  "inviter_id": 0, "DeletedAt": null, "linux_do_id": "", "setting": "{}"}""")

ACCOUNT_V0_8: Shape = ACCOUNT_V0_6 | {"original_password": "", "stripe_customer": ""}
VELOERA_ACCOUNT: Shape = ACCOUNT_V0_6 | {"last_check_in_time": None}
# Without an id, and with the balance as a text in US dollars.
RIX_ACCOUNT: Shape = json.loads("""{
  "username": "", "display_name": "", "role": 1, "status": 1, "email": "", "balance": "0",
  "used_quota": 0, "request_count": 0, "group": "default"}""")

ACCOUNT: Shape = json.loads("""{
  "aff_code": "", "aff_count": 0, "aff_history_quota": 0, "aff_quota": 0, "discord_id": "",
  "display_name": "", "email": "", "github_id": "", "group": "default", "id": 0, "inviter_id": 0,
  "linux_do_id": "", "oidc_id": "",
  "permissions": {"sidebar_modules": {"admin": false}, "sidebar_settings": true},
  "quota": 0, "request_count": 0, "role": 1, "setting": "{}", "sidebar_modules": "", "status": 1,
  "stripe_customer": "", "telegram_id": "", "used_quota": 0, "username": "", "wechat_id": ""}""")

ONE_API_KEY: Shape = json.loads("""{
  "id": 0, "user_id": 0, "key": "", "status": 1, "name": "", "created_time": 0,
  "accessed_time": 0, "expired_time": -1, "remain_quota": 0, "unlimited_quota": false,
  "used_quota": 0, "models": null, "subnet": ""}""")

ONE_HUB_KEY: Shape = json.loads("""{
  "id": 0, "user_id": 0, "key": "", "status": 1, "name": "", "created_time": 0,
  "accessed_time": 0, "expired_time": -1, "remain_quota": 0, "unlimited_quota": false,
  "used_quota": 0, "group": "", "backup_group": "", "setting": {}}""")

KEY_V0_2: Shape = json.loads("""{
  "id": 0, "user_id": 0, "key": "", "status": 1, "name": "", "created_time": 0,
  "accessed_time": 0, "expired_time": -1, "remain_quota": 0, "unlimited_quota": false,
  "model_limits_enabled": false, "model_limits": "", "used_quota": 0}""")

KEY_V0_2_7: Shape = KEY_V0_2 | {"DeletedAt": None}

KEY_V0_6: Shape = json.loads("""{
  "id": 0, "user_id": 0, "key": "", "status": 1, "name": "", "created_time": 0,
  "accessed_time": 0, "expired_time": -1, "remain_quota": 0, "unlimited_quota": false,
  "model_limits_enabled": false, "model_limits": "", "allow_ips": "", "used_quota": 0,
  "group": "default", "DeletedAt": null}""")

KEY: Shape = json.loads("""{
  "id": 0, "user_id": 0, "key": "", "status": 1, "name": "", "created_time": 0,
  "accessed_time": 0, "expired_time": -1, "remain_quota": 0, "unlimited_quota": false,
  "model_limits_enabled": false, "model_limits": "", "allow_ips": "", "used_quota": 0,
  "group": "default", "cross_group_retry": false, "DeletedAt": null}""")
KEY_RC_24: Shape = KEY | {"auto_groups": []}


def fill(shape: Shape, known: Shape) -> Shape:
    """A copy of the shape, with what is known in place of its values."""
    return {name: known.get(name, value) for name, value in shape.items()}
